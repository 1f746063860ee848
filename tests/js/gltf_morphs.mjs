// Prints what three.js finds in a binary glTF file:
// node gltf_morphs.mjs FILE.glb
//   ->  {"bones": 63, "meshes": {"body": {"skinned": true, "textured": true,
//        "morphs": {"jawOpen": 0.03…}}…}}, the metres that each morph moves a vertex at most.
import { readFileSync } from "node:fs";
import { Texture } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";

globalThis.self = globalThis; // the loader asks a browser for its URL functions
const bytes = readFileSync(process.argv[2]);
const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
const loader = new GLTFLoader();
loader.register((parser) => ({ name: "blank pictures", loadTexture: () => Promise.resolve(new Texture()), parser }));
const { scene } = await loader.parseAsync(whole, "");

let bones = 0;
const meshes = {};
scene.traverse((object) => {
  if (object.isBone) bones += 1;
  if (!object.isMesh) return;
  const shapes = object.geometry.morphAttributes.position ?? [];
  const names = Object.entries(object.morphTargetDictionary ?? {});
  meshes[object.name] = {
    skinned: object.isSkinnedMesh && object.geometry.attributes.skinWeight !== undefined,
    textured: object.material.map !== null,
    morphs: Object.fromEntries(names.map(([name, index]) => [name, farthest(shapes[index])])),
  };
});
console.log(JSON.stringify({ bones, meshes }));

function farthest(steps) {
  let most = 0;
  for (let vertex = 0; vertex < steps.count; vertex += 1) {
    most = Math.max(most, Math.hypot(steps.getX(vertex), steps.getY(vertex), steps.getZ(vertex)));
  }
  return most;
}
