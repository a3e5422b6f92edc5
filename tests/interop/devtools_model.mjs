// Self times of functions by the model of Chromium's DevTools.
//
//     node devtools_model.mjs node_modules FILE...
//
// Prints one JSON object: file -> {function: milliseconds}. Its model turns a lone "(program)" between
// two samples of one root into the former, and gives the last sample the mean interval.
import fs from "fs";
import path from "path";
import { pathToFileURL } from "url";

const [modules, ...files] = process.argv.slice(2);
const model = path.join(modules, "@paulirish/trace_engine/models/cpu_profile/cpu_profile.js");
const { CPUProfileDataModel } = await import(pathToFileURL(path.resolve(model)));
const found = {};
for (const file of files) {
	const profile = new CPUProfileDataModel.CPUProfileDataModel(JSON.parse(fs.readFileSync(file)));
	const self = {};
	profile.forEachFrame(() => {}, (depth, node, id, start, total, own) => {
		self[node.functionName] = (self[node.functionName] || 0) + own;
	});
	found[file] = self;
}
console.log(JSON.stringify(found));
