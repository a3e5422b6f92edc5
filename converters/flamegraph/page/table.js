// table - functions with their values, sorted as the reader asks

// --- the table ---

// rows shown; a button shows more
const MOST_ROWS = 200;
// a second click within this time makes the first one half of a double click
const DOUBLE = 250;

const table = { shown: MOST_ROWS, rows: [], from: "", click: 0 };

// What the contexts of the file have, and self values of functions whose contexts are not there:
// what these called is unknown, so their inclusive value is at least their own.
function sumFunctions(column, v) {
	const sums = sumBoxes(column.total, column.self);
	eachRow(pruned.functions, state.thread, (f, of, list, i) => {
		const box = boxes.of[f];
		sums.self[box] += v === NONE ? widthOf(list[i], list[i + 1]) : list[i + v];
		sums.total[box] = Math.max(sums.total[box], sums.self[box]);
	});
	return sums;
}

// Columns: a key, a heading, and a number by box; share: of what it is a percentage.
function tableColumns() {
	const column = (key, heading, of, share, signed) => ({ key, heading, of, share, signed });
	const list = [];
	if (isDifference) {
		const base = sumFunctions(values.base, 0);
		const fresh = sumFunctions(values.fresh, 1);
		const change = (kind) => (box) => fresh[kind][box] - base[kind][box];
		list.push(column("change", "Change", change("total"), 0, true), column("base", "Base", (box) => base.total[box], values.base.total[0]),
			column("new", "New", (box) => fresh.total[box], values.fresh.total[0]), column("self", "Self change", change("self"), 0, true),
			column("selfbase", "Self base", (box) => base.self[box], values.base.total[0]),
			column("selfnew", "Self new", (box) => fresh.self[box], values.fresh.total[0]));
		table.isThere = (box) => base.total[box] || fresh.total[box];
	} else {
		const sums = sumFunctions(values.width, state.value);
		list.push(column("self", "Self", (box) => sums.self[box], values.whole), column("total", "Inclusive", (box) => sums.total[box], values.whole));
		table.isThere = (box) => sums.total[box];
	}
	if (calls.size) {
		list.push(column("calls", "Calls", (box) => (calls.get(box) || [0])[0], 0, false));
	}
	return list;
}

function sortRows() {
	const descends = !state.sort.startsWith("-");
	const key = state.sort.replace("-", "");
	const by = table.columns.find((column) => column.key === key);
	// the largest change on either side first
	const value = by && (by.signed && descends ? (box) => Math.abs(by.of(box)) : by.of);
	table.rows = [];
	for (let box = 0; box < boxes.pruned; box++) {
		if (table.isThere(box) && (!found || !found.hits || found.hits[box])) {
			table.rows.push(box);
		}
	}
	table.rows.sort((a, b) => (by ? (descends ? value(b) - value(a) : value(a) - value(b)) : descends ? 0 : b - a) || a - b);
}

function cell(column, box) {
	const value = column.of(box);
	if (column.key === "calls") {
		return html("td", {}, value ? grouped(value, 0) : "");
	}
	const text = isDifference ? compared(value) : valueText(value);
	const share = column.share && !page.shares ? percent(value, column.share) : "";
	const bar = share && html("i", { style: "width:" + Math.min(100, Math.max(0, 100 * value / column.share)) + "%" });
	return html("td", column.signed && value ? { class: (value > 0) === !page.negate ? "fg-up" : "fg-down" } : {},
		(column.signed && value > 0 ? "+" : "") + text, " ", span("fg-dim", share), bar || "");
}

// A click waits for the second one: a double click is the sandwich.
function toFrames(box) {
	change({ view: "flame", zoom: "0" });
	goTo(box);
}

function clickRow(box) {
	clearTimeout(table.click);
	table.click = setTimeout(() => toFrames(box), DOUBLE);
}

function rowKey(event, box) {
	const row = event.currentTarget;
	const next = event.key === "ArrowDown" ? row.nextElementSibling : event.key === "ArrowUp" ? row.previousElementSibling : null;
	if (event.key === "Enter") {
		toFrames(box);
	} else if (event.key === "s") {
		sandwich(box);
	} else if (!next) {
		return;
	} else {
		next.focus();
	}
	event.preventDefault();
	event.stopPropagation();
}

function tableRow(box) {
	const home = boxes.home[box] + (boxes.home[box] && boxes.line[box] ? ":" + boxes.line[box] : "");
	return html("tr", {
		tabindex: 0, title: "Click: its frames; double click: sandwich", click: () => clickRow(box),
		dblclick: () => {
			clearTimeout(table.click);
			sandwich(box);
		}, keydown: (event) => rowKey(event, box),
	}, ...nameFirst(table.columns.map((column) => cell(column, box)),
		html("th", { scope: "row" }, span("fg-name", boxes.name[box]), " ", span("fg-dim", home))));
}

// In a narrow window the last columns are out of sight.
function nameFirst(cells, name) {
	return picture.outer < 640 ? [name, ...cells] : [...cells, name];
}

function sortBy(key) {
	const usual = key === "name" ? "name" : key;
	change({ sort: state.sort === usual ? "-" + key : usual });
}

function heading(key, text) {
	const isBy = state.sort.replace("-", "") === key;
	const descends = !state.sort.startsWith("-");
	const name = button("Sort by " + text.toLowerCase(), () => sortBy(key), text + (isBy ? (descends === (key !== "name") ? " \u25be" : " \u25b4") : ""));
	return html("th", { scope: "col", "data-name": key === "name" ? "" : undefined, "aria-sort": isBy ? (descends === (key !== "name") ? "descending" : "ascending") : "none" }, name);
}

function drawTable() {
	if (table.from !== madeFrom) {
		table.from = madeFrom;
		table.columns = tableColumns();
	}
	const hadFocus = ui.table.contains(document.activeElement);
	sortRows();
	const body = html("tbody", {}, ...table.rows.slice(0, table.shown).map(tableRow));
	const more = table.rows.length - table.shown;
	empty(ui.table);
	ui.table.append(html("table", {}, html("thead", {}, html("tr", {}, ...nameFirst(table.columns.map((column) => heading(column.key, column.heading)), heading("name", "Function")))), body));
	if (more > 0) {
		ui.table.append(html("button", { type: "button", click: () => {
			table.shown += 10 * MOST_ROWS;
			redraw();
		} }, plural(more, "more function")));
	}
	picture.drawn.clear();
	picture.narrow = picture.omitted = 0;
	ui.tableBox.setAttribute("height", ui.table.offsetHeight);
	if (hadFocus && body.firstChild) {
		body.firstChild.focus({ preventScroll: true });
	}
	sayStatus();
}

function makeTable() {
	ui.table = html("div", { class: "fg fg-table", role: "region", "aria-label": "Functions" });
	ui.tableBox = svg("foreignObject", { id: "table", x: 0, width: "100%", height: 0 }, ui.table);
}

function showTable() {
	const isTable = state.view === "table";
	frames.setAttribute("display", isTable ? "none" : "inline");
	ui.tableBox.setAttribute("display", isTable ? "inline" : "none");
	return isTable;
}
