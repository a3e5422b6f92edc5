// Self weights of functions by speedscope's own importer.
//
//     node speedscope_self.js FILE...
//
// Prints one JSON object: file -> {unit, functions: {name: weight}}.
"use strict";
const fs = require("fs");
const path = require("path");
const { application } = require("./speedscope_import.js");

async function main(files) {
	const importText = application();
	const found = {};
	for (const file of files) {
		const [profile] = (await importText(path.basename(file), fs.readFileSync(file, "utf8"))).profiles;
		const functions = {};
		profile.forEachFrame((frame) => {
			functions[frame.name] = (functions[frame.name] || 0) + frame.getSelfWeight();
		});
		found[file] = { unit: profile.getWeightUnit(), functions };
	}
	process.stdout.write(JSON.stringify(found) + "\n", () => process.exit(0));
}

main(process.argv.slice(2));
