#!/usr/bin/env bash
# Grafana's flame graph panel takes the second root of a data frame for a callee of the first
#
# A frame has a row a node, depth first, with its level, label, value and self value. When
# @grafana/flamegraph 13.0.1 makes its tree of the rows, level 0 of the row before counts as "no
# row before" (a truth test of a number). Its own checkFields() accepts both frames below.
#
# - Two roots without callees, 60 and 40: the second becomes a child of the first and is laid out
#   from 0 on, over it, instead of behind it at 60.
# - Two roots, the first with a callee: nestedSetToLevels() raises a TypeError.
#
# A profile of several threads or entry points, one root each, is such a frame: who writes frames
# has to put one row above all. The same rows below a root "total" are laid out side by side.
#
# Needs: node 20 and npm.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
{
	npm install --no-audit --no-fund --legacy-peer-deps --omit=optional @grafana/data@13.2.3 react@19.1.0 react-dom@19.1.0
	npm pack --silent @grafana/flamegraph@13.0.1
	mkdir flamegraph
	tar -xz --strip-components=1 -C flamegraph -f grafana-flamegraph-13.0.1.tgz
} > install.log 2>&1 || { cat install.log; exit 1; }

cat > roots.js <<'JS'
// what @grafana/data asks of a browser, to know how dates are written
globalThis.navigator ??= { language: 'en-US', languages: ['en-US'] };
const { dataFrameFromJSON } = require('@grafana/data');
const panel = require('./flamegraph/dist/cjs/FlameGraph/dataTransform.cjs');

function show(title, level, label, value) {
	const fields = [['level', 'number'], ['label', 'string'], ['value', 'number'], ['self', 'number']].map(([name, type]) => ({ name, type }));
	const frame = dataFrameFromJSON({ schema: { fields }, data: { values: [level, label, value, value] } });
	console.log(`${title}: fields ${panel.checkFields(frame) === undefined ? 'accepted' : 'refused'}`);
	const container = new panel.FlameGraphDataContainer(frame, { collapsing: false });
	const name = (item) => container.getLabel(item.itemIndexes[0]);
	try {
		for (const item of panel.nestedSetToLevels(container)[0].flat())
			console.log(`  ${name(item)} from ${item.start}, ${item.value} wide, below ${item.parents ? name(item.parents[0]) : 'nothing'}`);
	} catch (error) {
		console.log(`  ${error.name}`);
	}
}

show('two roots without callees', [0, 0], ['a', 'b'], [60, 40]);
show('the first root has a callee', [0, 1, 0], ['a', 'x', 'b'], [60, 60, 40]);
show('one root above them', [0, 1, 2, 1], ['total', 'a', 'x', 'b'], [100, 60, 60, 40]);
JS
node roots.js | tee output
diff output - <<'WANTED'
two roots without callees: fields accepted
  a from 0, 60 wide, below nothing
  b from 0, 40 wide, below a
the first root has a callee: fields accepted
  TypeError
one root above them: fields accepted
  total from 0, 100 wide, below nothing
  a from 0, 60 wide, below total
  b from 60, 40 wide, below total
  x from 0, 60 wide, below a
WANTED
