// Imports files with the code of the speedscope application itself.
//
//     node speedscope_import.js FILE...
//
// Prints one JSON object: file -> {error} or {profiles: [{name, unit, total, frames, own}]},
// own: the self weight of each name.
"use strict";
const fs = require("fs");
const path = require("path");
const { JSDOM } = require("jsdom");

function application() {
	const release = path.join(path.dirname(require.resolve("speedscope/package.json")), "dist/release");
	const bundle = fs.readdirSync(release).find((name) => /^speedscope-.*\.js$/.test(name));
	const source = fs.readFileSync(path.join(release, bundle), "utf8");
	const [whole, importer] = /async function (\w+)\(\w,\w\)\{return\(await \w+\)\.importProfileGroupFromText/.exec(source);
	const options = { runScripts: "outside-only", pretendToBeVisual: true, url: "http://localhost/" };
	const dom = new JSDOM("<!DOCTYPE html><body></body>", options);
	Object.assign(dom.window, { TextDecoder, TextEncoder }); // what jsdom lacks
	dom.window.HTMLCanvasElement.prototype.getContext = () => null;
	dom.window.matchMedia = () => ({ matches: false, addListener() {}, addEventListener() {} });
	for (const talk of ["log", "warn", "error"]) dom.window.console[talk] = () => {};
	dom.window.eval(source.replace(whole, `globalThis.importText=${importer};${whole}`));
	return dom.window.importText;
}

async function describe(importText, file) {
	try {
		const group = await importText(path.basename(file), fs.readFileSync(file, "utf8"));
		const profiles = group.profiles.map((profile) => {
			let frames = 0;
			const own = {};
			profile.forEachFrame((frame) => {
				frames++;
				own[frame.name] = (own[frame.name] || 0) + frame.getSelfWeight();
			});
			return { name: profile.getName(), unit: profile.getWeightUnit(), total: profile.getTotalWeight(), frames, own };
		});
		return { profiles };
	} catch (error) {
		return { error: String(error) };
	}
}

async function main(files) {
	const importText = application();
	const found = {};
	for (const file of files) found[file] = await describe(importText, file);
	process.stdout.write(JSON.stringify(found) + "\n", () => process.exit(0));
}

if (require.main === module) main(process.argv.slice(2));
module.exports = { application };
