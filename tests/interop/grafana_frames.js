// Data frames as Grafana's flame graph panel takes them: node grafana_frames.js HOME FILE...
// Prints for each file the rows of the panel's own tree: [labels from the root, value, self, right].
'use strict';
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');

// what it asks of a browser to know how dates are written
globalThis.navigator ??= { language: 'en-US', languages: ['en-US'] };

const [home, ...files] = process.argv.slice(2);
const installed = createRequire(`${home}/`);
const { dataFrameFromJSON } = installed('@grafana/data');
const { FlameGraphDataContainer, nestedSetToLevels, checkFields } = installed('./flamegraph/dist/cjs/FlameGraph/dataTransform.cjs');

function read(file) {
	const frame = dataFrameFromJSON(JSON.parse(readFileSync(file, 'utf8'))[0]);
	const wrong = checkFields(frame);
	if (wrong)
		throw new Error(`${file}: ${JSON.stringify(wrong)}`);
	const container = new FlameGraphDataContainer(frame, { collapsing: true });
	const [levels] = nestedSetToLevels(container, { collapsing: true });
	const rows = [];
	const paths = new Map();
	for (const level of levels)
		for (const item of level) {
			const at = item.itemIndexes[0];
			const path = [...(item.parents ? paths.get(item.parents[0]) : []), container.getLabel(at)];
			const end = item.start + item.value;
			const parent = item.parents?.[0];
			if (parent && (item.start < parent.start || end > parent.start + parent.value))
				throw new Error(`${file}: ${path} is drawn over the edge of its caller`);
			paths.set(item, path);
			rows.push([path, container.getValue(at), container.getSelf(at), container.isDiffFlamegraph() ? container.getValueRight(at) : null]);
		}
	return { roots: levels[0].length, unit: container.valueField.config.unit, shown: container.valueDisplayProcessor(container.getValue(0)).text, rows };
}

console.log(JSON.stringify(files.map(read)));
