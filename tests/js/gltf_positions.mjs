// Prints the world positions of every joint and the weights of every morph target of a binary glTF
// file at given times, as three.js plays its only animation:
// node gltf_positions.mjs FILE.glb FPS FRAMES
//   ->  {"animations": ["wave"], "duration": 1.2, "positions": {"hips": [[x, y, z]…]…},
//        "weights": {"body": {"jawOpen": [0…]…}…}}
import { readFileSync } from "node:fs";
import { AnimationMixer, LoopOnce, Vector3 } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";

globalThis.self = globalThis; // the loader asks a browser for its URL functions
const [path, fps, frames] = process.argv.slice(2);
const bytes = readFileSync(path);
const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
const loader = new GLTFLoader();
loader.register((parser) => ({ name: "without pictures", loadTexture: () => Promise.resolve(null), parser }));
const { scene, animations, parser } = await loader.parseAsync(whole, "");

const bones = [];
const meshes = [];
scene.traverse((object) => {
  if (object.isBone) bones.push(object);
  if (object.morphTargetDictionary) meshes.push(object);
});
// The loader renames nodes where characters are not allowed in its tracks, and numbers the parts of
// a mesh that its materials make.
const given = (object) => parser.json.nodes[parser.associations.get(object).nodes].name;
const called = (mesh) => parser.json.meshes[parser.associations.get(mesh).meshes].name;
const positions = Object.fromEntries(bones.map((bone) => [given(bone), []]));
const weights = Object.fromEntries(
  meshes.map((mesh) => [
    called(mesh),
    Object.fromEntries(Object.keys(mesh.morphTargetDictionary).map((name) => [name, []])),
  ]),
);
const mixer = new AnimationMixer(scene);
for (const clip of animations) {
  const action = mixer.clipAction(clip).setLoop(LoopOnce);
  action.clampWhenFinished = true; // or the last frame would be the first again
  action.play();
}
for (let frame = 0; frame < Number(frames); frame += 1) {
  mixer.setTime(frame / Number(fps));
  scene.updateMatrixWorld(true);
  for (const bone of bones) {
    positions[given(bone)].push(new Vector3().setFromMatrixPosition(bone.matrixWorld).toArray());
  }
  for (const mesh of meshes) {
    for (const [name, index] of Object.entries(mesh.morphTargetDictionary)) {
      weights[called(mesh)][name][frame] = mesh.morphTargetInfluences[index];
    }
  }
}
console.log(
  JSON.stringify({
    animations: animations.map((clip) => clip.name),
    duration: Math.max(0, ...animations.map((clip) => clip.duration)),
    positions,
    weights,
  }),
);
