// Prints the world positions of every joint in every frame of a BVH file, as three.js reads it:
// node bvh_positions.mjs FILE.bvh  ->  {"fps": 30, "names": [...], "positions": [[[x, y, z]...]...]}
import { readFileSync } from "node:fs";
import { AnimationMixer, LoopOnce, PropertyBinding, Vector3 } from "three";
import { BVHLoader } from "three/addons/loaders/BVHLoader.js";

const names = [];
const text = readFileSync(process.argv[2], "utf8").replace(/(ROOT|JOINT) (.*)/g, (_, kind, name) => {
  names.push(name);
  return `${kind} ${PropertyBinding.sanitizeNodeName(name)}`; // its tracks cannot hold all names
});
const { skeleton, clip } = new BVHLoader().parse(text);
const root = skeleton.bones[0];
const joints = skeleton.bones.filter((bone) => bone.name !== "ENDSITE");
const mixer = new AnimationMixer(root);
const action = mixer.clipAction(clip).setLoop(LoopOnce);
action.clampWhenFinished = true; // or the last frame would be the first again
action.play();

const times = clip.tracks[0].times;
const positions = [];
for (const time of times) {
  mixer.setTime(time);
  root.updateMatrixWorld(true);
  positions.push(joints.map((bone) => new Vector3().setFromMatrixPosition(bone.matrixWorld).toArray()));
}
const fps = (times.length - 1) / (times[times.length - 1] - times[0]);
console.log(JSON.stringify({ fps, names, positions }));
