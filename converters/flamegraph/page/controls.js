// controls - the bar above the picture, the lines below it and the panels

// --- the controls ---

const STYLE = [
	":root{--bg:#fff;--ink:#1f2328;--dim:#636c76;--line:#d8dee4;--soft:#f1f3f5;--accent:#0a5fd0;--up:#c02a1c;--match:#b78bff;--shade:0 6px 24px rgba(0,0,0,.16)}",
	":root.dark{--ink:#e6e8eb;--dim:#9aa4ae;--line:#363c44;--soft:#23272e;--accent:#6cb1ff;--up:#ff8a7c;--shade:0 6px 24px rgba(0,0,0,.6)}",
	"#frames rect{cursor:pointer;outline:none}",
	"#frames{touch-action:pan-y}",
	"#frames rect.hit{fill:var(--match);fill-opacity:1}",
	"#frames.searching rect:not(.hit){opacity:.5}",
	"#frames rect.old{opacity:.5}",
	":root.dark #frames.searching rect:not(.hit),:root.dark #frames rect.old{opacity:.3}",
	":root.dark #frames.searching rect:not(.hit)+text,:root.dark #frames rect.old+text{fill:#f2f2f2}",
	"#frames rect:hover{stroke:var(--ink);stroke-width:1}",
	"#frames rect.sel{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:none}",
	"#frames rect:focus-visible{stroke:var(--accent);stroke-width:2.5;stroke-dasharray:none}",
	"foreignObject{overflow:visible;pointer-events:none}",
	".fg{pointer-events:auto;box-sizing:border-box;background:var(--bg);color:var(--ink);font-size:calc(13px*var(--size,1));line-height:1.54}",
	".fg *{box-sizing:border-box}",
	".fg button,.fg select,.fg input{font:inherit;color:inherit;background:none;border:1px solid transparent;border-radius:6px;height:calc(28px*var(--size,1));margin:0;padding:0 8px;max-width:100%}",
	".fg button{cursor:pointer;white-space:nowrap}",
	".fg button:hover:not(:disabled){background:var(--soft)}",
	".fg button:disabled{opacity:.4;cursor:default}",
	".fg select{border-color:var(--line);max-width:180px;background:var(--bg);cursor:pointer}",
	".fg :focus-visible{outline:2px solid var(--accent);outline-offset:-1px}",
	".fg svg{display:block;fill:none;stroke:currentColor;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}",
	".fg [hidden]{display:none}",
	".fg-heading{padding:8px 10px 0;background:none}",
	".fg-heading h1{font-size:1.3em;line-height:1.3;margin:0;overflow-wrap:anywhere}",
	".fg-heading p{margin:0;color:var(--dim);overflow-wrap:anywhere}",
	".fg-legend{display:flex;flex-wrap:wrap;gap:0 8px;align-items:center}",
	".fg .fg-legend svg{stroke:none}",
	".fg-legend span{color:var(--dim)}",
	".fg-top{padding:6px 10px 2px}",
	".fg-row{display:flex;flex-wrap:wrap;gap:6px;align-items:center}",
	".fg-views{display:flex;background:var(--soft);border-radius:7px;padding:2px}",
	".fg .fg-views button{height:calc(24px*var(--size,1));padding:0 10px;color:var(--dim)}",
	".fg .fg-views [aria-pressed=true]{background:var(--bg);color:var(--ink);box-shadow:0 1px 2px rgba(0,0,0,.2)}",
	".fg-search{display:flex;align-items:center;flex:1 1 220px;max-width:420px;border:1px solid var(--line);border-radius:7px;padding:0 2px 0 8px;color:var(--dim)}",
	".fg-search:focus-within{border-color:var(--accent)}",
	".fg .fg-search input{flex:1;min-width:60px;color:var(--ink);outline:none;border:0;padding:0 6px}",
	".fg-search input::-webkit-search-cancel-button{display:none}",
	".fg .fg-search button{height:calc(22px*var(--size,1));min-width:24px;padding:0 5px;border-radius:5px}",
	".fg [aria-pressed=true].fg-toggle{background:var(--soft);color:var(--accent);font-weight:600}",
	".fg-end{display:flex;margin-left:auto}",
	".fg-end button{color:var(--dim);padding:0 7px!important}",
	".fg-path{display:flex;min-width:0;flex:1 1 auto;align-items:center;overflow:hidden;color:var(--dim)}",
	".fg-path button{height:calc(22px*var(--size,1))!important;padding:0 5px!important;overflow:hidden;text-overflow:ellipsis;max-width:240px!important;flex:0 1 auto;min-width:28px;color:inherit}",
	".fg-path [aria-current]{color:var(--ink);font-weight:600}",
	".fg-line{display:flex;gap:12px;align-items:center;min-height:26px;margin:3px -5px 0}",
	".fg-status{color:var(--dim);text-align:right;flex:0 1 auto;padding-right:5px}",
	".fg-panel{pointer-events:auto;position:absolute;right:10px;margin-top:4px;width:min(520px,calc(100% - 20px));overflow:auto;border:1px solid var(--line);border-radius:10px;box-shadow:var(--shade);padding:6px}",
	".fg-panel ol{list-style:none;margin:0;padding:0}",
	".fg-panel li{display:flex;align-items:center;border-radius:6px}",
	".fg-panel li:hover{background:var(--soft)}",
	".fg-panel li button:first-child{flex:1;display:flex;gap:8px;min-width:0;text-align:left;align-items:center}",
	".fg-name{font-weight:600;flex:0 1 auto;max-width:70%;overflow:hidden;text-overflow:ellipsis;white-space:pre}",
	".fg-dim{color:var(--dim);flex:1 1 0;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:pre}",
	".fg-more{color:var(--dim)!important}",
	".fg-share{margin-left:auto;font-variant-numeric:tabular-nums}",
	".fg-panel textarea{width:100%;font:12px monospace;color:inherit;background:none;border:0;outline:none;resize:none}",
	".fg-panel p{margin:6px 8px;white-space:pre-wrap}",
	".fg-panel dl{display:grid;grid-template-columns:auto 1fr;gap:2px 14px;margin:6px 8px}",
	".fg-panel dt{color:var(--dim)}",
	".fg-panel dd{margin:0}",
	".fg-time{position:relative;height:40px;margin:6px 0 2px;border:1px solid var(--line);border-radius:6px;overflow:hidden;touch-action:pan-y;cursor:crosshair;user-select:none;-webkit-user-select:none}",
	".fg-time canvas{position:absolute;left:0;bottom:0;width:100%;height:100%}",
	".fg-time i{position:absolute;top:0;bottom:0;background:var(--bg);opacity:.72}",
	".fg-time b{position:absolute;top:0;bottom:0;border:solid var(--accent);border-width:0 2px}",
	".fg-time span{position:absolute;right:6px;top:0;font-size:12px;color:var(--dim);pointer-events:none}",
	".fg-table{padding:4px 10px;overflow-x:auto}",
	".fg-table table{border-collapse:collapse;min-width:100%;font-variant-numeric:tabular-nums}",
	".fg-table th,.fg-table td{text-align:right;white-space:nowrap;padding:2px 10px 2px 4px;border-bottom:1px solid var(--line);font-weight:400;position:relative}",
	".fg-table tbody th,.fg-table thead [data-name]{text-align:left;width:99%}",
	".fg-table th button{padding:0 4px;color:var(--dim)}",
	".fg-table .fg-name{max-width:none;font-weight:600}",
	".fg-table tbody tr{cursor:pointer}",
	".fg-table tbody tr:hover{background:var(--soft)}",
	".fg-table i{position:absolute;right:0;bottom:-1px;height:2px;background:var(--accent)}",
	".fg-map{height:100%;border:1px solid var(--line);border-radius:4px;overflow:hidden;cursor:crosshair;touch-action:none}",
	".fg-map canvas{display:block}",
	".fg-map b{position:absolute;border:1.5px solid var(--accent);border-radius:2px;pointer-events:none;min-width:3px}",
	".fg-up{color:var(--up)}",
	".fg-down{color:var(--accent)}",
	".fg-bottom{display:flex;flex-wrap:wrap;align-items:center;gap:0 10px;border-top:1px solid var(--line);padding:5px 10px}",
	".fg-what{flex:1 1 300px;min-width:0}",
	".fg-what div{display:flex;gap:0 10px;height:calc(20px*var(--size,1));overflow:hidden;white-space:nowrap}",
	".fg-acts{display:flex;gap:2px;margin-left:auto}",
	".fg-acts button,.fg-acts a{color:var(--accent)}",
	".fg-acts a{align-self:center;padding:0 8px}",
	"@media (pointer:coarse){.fg button,.fg select,.fg input,.fg .fg-views button,.fg .fg-search button,.fg-path button{height:34px!important;min-width:34px}}",
	"@media (max-width:640px){.fg-line{flex-wrap:wrap;gap:0}.fg-status{text-align:left;padding-left:5px}.fg-search{order:9;flex-basis:100%;max-width:none}.fg .fg-views button{padding:0 7px}}",
	"@media (max-width:640px){.fg-table tbody th{width:auto}.fg-table tbody th span{display:block;max-width:40vw!important;overflow:hidden;text-overflow:ellipsis}}",
	"@media (forced-colors:active){.fg button,.fg-panel,.fg-views{border:1px solid ButtonBorder}.fg [aria-pressed=true],.fg [aria-current]{forced-color-adjust:none;background:Highlight!important;color:HighlightText!important;border-color:Highlight}.fg-time b,.fg-map b{border-color:Highlight}#frames rect.hit{fill:Highlight}#frames rect:focus-visible,#frames rect.sel{stroke:CanvasText;stroke-width:3}}",
	"@media (max-width:400px){.fg .fg-views button{padding:0 5px}}",
	"@media print{#controls,#details,#map{display:none}#paper{fill:#fff!important}#frames{opacity:1!important}}",
].join("\n");

const ICONS = {
	find: "M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9zM10.5 10.5 14 14",
	reset: "M3 3v4h4M3.4 7a5 5 0 1 1-.2 3",
	theme: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
	help: "M5.8 6a2.2 2.2 0 1 1 3 2c-.6.3-.8.7-.8 1.4M8 12v.1",
	up: "M4 10l4-4 4 4",
	down: "M4 6l4 4 4-4",
	list: "M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4v.1M2.5 8v.1M2.5 12v.1",
};

function icon(name) {
	return svg("svg", { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
}

function button(label, click, content, attributes) {
	return html("button", Object.assign({ type: "button", "aria-label": label, title: label, click }, attributes), content);
}

function dropDown(label, options, choose) {
	const menu = html("select", { "aria-label": label, title: label, change: () => choose(menu.value) });
	for (const [value, text, disabled] of options) {
		menu.append(html("option", Object.assign({ value }, disabled ? { disabled: "" } : {}), text));
	}
	return menu;
}

function threadName(thread, number) {
	const id = [["process", thread.pid], ["thread", thread.tid], ["part", thread.part]];
	return [shown(thread.name || ""), ...id.filter((pair) => pair[1]).map((pair) => pair.join(" "))].filter(Boolean).join(", ") ||
		"thread " + (number + 1);
}

function valueTitle(type) {
	return shown(type.title || type.name || type.unit);
}

const ui = {};

function makeMenus() {
	const menus = [];
	if (!isDifference && types.length > 1) {
		ui.value = dropDown("Value type", types.map((type, i) => [i, valueTitle(type), isNegative[i]]),
			(value) => change({ value: Number(value), range: clockIsTimes() ? state.range : null }));
		menus.push(ui.value);
	}
	if (isDifference) {
		ui.width = dropDown("Widths", Object.keys(WIDTH_NAMES).map((key) => [key, "width: " + WIDTH_NAMES[key]]),
			(width) => change({ width }));
		menus.push(ui.width);
	}
	if (threads.length > 1) {
		ui.thread = dropDown("Thread", [[NONE, "all threads"], ...threads.map((thread, i) => [i, threadName(thread, i)])],
			(thread) => change({ thread: Number(thread) }));
		menus.push(ui.thread);
	}
	return menus;
}

function makeSearch() {
	ui.search = html("input", {
		type: "search", "aria-label": "Search functions", placeholder: "Search", spellcheck: "false", autocomplete: "off",
		input: () => searchFor({ text: ui.search.value }), keydown: searchKey,
	});
	ui.case = button("Match case", () => searchFor({ isCase: !state.isCase }), "Aa", { class: "fg-toggle" });
	ui.regex = button("Regular expression", () => searchFor({ isRegex: !state.isRegex }), ".*", { class: "fg-toggle" });
	ui.previous = button("Previous match (Shift+N)", () => step(-1), icon("up"));
	ui.next = button("Next match (N)", () => step(1), icon("down"));
	ui.list = button("List of matches", () => toggle("list"), icon("list"), { "aria-expanded": "false" });
	return html("div", { class: "fg-search", role: "search" }, icon("find"), ui.search, ui.case, ui.regex, ui.previous, ui.next, ui.list);
}

function makeTop() {
	ui.views = html("div", { class: "fg-views", role: "group", "aria-label": "View" });
	for (const view of Object.keys(VIEWS)) {
		const one = html("button", { type: "button", click: () => setView(view) }, VIEWS[view]);
		one.view = view;
		ui.views.append(one);
	}
	ui.theme = button("Dark or light", switchTheme, icon("theme"));
	ui.help = button(page.notes ? "Keys and notes (?)" : "Keys (?)", () => toggle("help"), icon("help"), { "aria-expanded": "false" });
	ui.path = html("nav", { class: "fg-path", "aria-label": "Zoomed path" });
	ui.status = html("span", { class: "fg-status", role: "status", "aria-live": "polite" });
	ui.top = html("div", { class: "fg fg-top", role: "toolbar", "aria-label": "Flame graph" },
		html("div", { class: "fg-row" }, ui.views, ...makeMenus(), makeSearch(),
			html("div", { class: "fg-end" }, button("Reset (Home)", reset, icon("reset")), button("Larger text", enlarge, "A+"), ui.theme, ui.help)),
		...makeTime(), html("div", { class: "fg-line" }, ui.path, ui.status));
	ui.panel = html("div", { class: "fg fg-panel", hidden: "", tabindex: -1 });
	ui.panel.hidden = true;
	ui.topBox = svg("foreignObject", { id: "controls", x: 0, width: "100%", height: 80 }, ui.top, ui.panel);
}

function makeBottom() {
	ui.what = html("div", { class: "fg-what" });
	ui.acts = html("div", { class: "fg-acts" },
		ui.link = html("a", {}, "Open link"), html("button", { type: "button", click: () => zoomTo(selected) }, "Zoom"),
		html("button", { type: "button", click: () => sandwich(tree.box[selected]) }, "Sandwich"),
		html("button", { type: "button", click: () => copy(nameOf(selected), "name") }, "Copy name"),
		html("button", { type: "button", click: () => copy(stackOf(selected), "stack") }, "Copy stack"));
	ui.bottom = html("div", { class: "fg fg-bottom", role: "region", "aria-label": "Details" }, ui.what, ui.acts);
	ui.bottomBox = svg("foreignObject", { id: "details", x: 0, width: "100%", height: 40 }, ui.bottom);
}

// --- what the controls show ---

let said = "";
let forget = 0;

// A message for a moment; then again what is drawn and found.
function say(text) {
	clearTimeout(forget);
	said = text;
	sayStatus();
	forget = setTimeout(() => {
		said = "";
		sayStatus();
	}, 5000);
}

function narrowText() {
	const count = picture.narrow + picture.omitted;
	return count ? plural(count, "frame") + " too narrow to draw" : "";
}

function sayStatus() {
	const text = said || [matchText(), tree.total[zoom] ? narrowText() : "no samples"].filter(Boolean).join(" \u00b7 ");
	if (ui.status.textContent !== text) {
		ui.status.textContent = text;
	}
}

function press(element, isPressed) {
	element.setAttribute("aria-pressed", String(isPressed));
}

function showControls() {
	for (const one of ui.views.children) {
		press(one, one.view === state.view);
	}
	for (const key of ["value", "thread", "width"]) {
		if (ui[key]) {
			ui[key].value = String(state[key]);
		}
	}
	if (ui.search.value !== state.text) {
		ui.search.value = state.text;
	}
	press(ui.case, state.isCase);
	press(ui.regex, state.isRegex);
	const hasHits = Boolean(found && found.list.length);
	for (const one of [ui.previous, ui.next, ui.list]) {
		one.hidden = !hasHits;
	}
	ui.search.setAttribute("aria-invalid", String(Boolean(found && found.error)));
	frames.classList.toggle("searching", Boolean(found && found.hits));
	showPath();
	if (ui.open === "list") {
		if (hasHits) {
			openPanel("list", ...listOfMatches());
		} else {
			closePanel();
		}
	}
}

function crumb(node) {
	const name = html("button", { type: "button", click: () => zoomTo(node), title: titleOf(node) }, nameOf(node));
	if (node === zoom) {
		name.setAttribute("aria-current", "true");
	}
	return name;
}

// The middle of a long path is left out.
function showPath() {
	const path = [];
	for (let at = zoom; at >= 0; at = tree.parent[at]) {
		path.unshift(at);
	}
	const most = picture.outer < 640 ? 3 : 6;
	empty(ui.path);
	path.forEach((node, i) => {
		const tail = path.length - i;
		if (path.length > most && i > 0 && tail >= most - 1) {
			if (i === 1) {
				ui.path.append("\u203a", html("span", {}, " \u2026 " + (path.length - most + 1) + " more "));
			}
			return;
		}
		ui.path.append(...(i ? ["\u203a"] : []), crumb(node));
	});
}

function span(kind, text) {
	return html("span", { class: kind }, text);
}

function showDetails() {
	const node = current();
	const label = page.nametype === undefined || tree.box[node] === NONE ? "" : shown(page.nametype);
	const more = [selfFigures(node), callsOf(node)].filter(Boolean).join(" \u00b7 ");
	empty(ui.what);
	ui.what.append(html("div", {}, ...(label ? [span("fg-more", label)] : []), span("fg-name", nameOf(node)), span("fg-dim", placeOf(node))),
		html("div", {}, span("", figures(node)), span("fg-dim", more)));
	const link = linkOf(tree.box[selected]);
	ui.link.hidden = !link;
	for (const key of ["href", "target", "rel"]) {
		ui.link[link && link[key] ? "setAttribute" : "removeAttribute"](key, link && link[key]);
	}
	ui.acts.style.visibility = hovered !== NONE && hovered !== selected || tree.box[node] === NONE ? "hidden" : "visible";
}

function closePanel() {
	ui.open = "";
	ui.panel.hidden = true;
	for (const opener of [ui.list, ui.help]) {
		opener.setAttribute("aria-expanded", "false");
	}
	placeBars();
}

function openPanel(what, ...content) {
	ui.open = what;
	empty(ui.panel);
	ui.panel.append(...content);
	ui.panel.hidden = false;
	if (ui[what]) {
		ui[what].setAttribute("aria-expanded", "true");
	}
	placeBars();
}

function toggle(what) {
	const isOpen = ui.open === what;
	closePanel();
	if (!isOpen) {
		openPanel(what, ...(what === "list" ? listOfMatches() : help()));
	}
}

function matchEntry(box) {
	return html("li", {},
		html("button", { type: "button", click: () => goTo(box) }, span("fg-name", boxes.name[box]), span("fg-dim", boxes.home[box]),
			span("fg-share", percent(values.boxes.total[box], values.whole))),
		button("Sandwich of " + boxes.name[box], () => sandwich(box), "Sandwich", { class: "fg-more" }));
}

function listOfMatches() {
	const more = found.list.length - MOST_LISTED;
	return [html("ol", { "aria-label": "Matches" }, ...found.list.slice(0, MOST_LISTED).map(matchEntry)),
		more > 0 ? html("p", { class: "fg-dim" }, "and " + plural(more, "function") + " more") : ""];
}

const KEYS = [
	["Click, Enter", "zoom into a frame"], ["Shift+click", "select without zooming"], ["Esc, Backspace", "zoom out one level"],
	["Home", "reset"], ["Ctrl+wheel, pinch, +, -", "magnify"], ["Drag, Shift+wheel", "move what is magnified"], ["Arrows", "to callers, callees and neighbours"], ["/, Ctrl+F", "search"], ["N, Shift+N, F3", "next, previous match"],
	["C, Shift+C", "copy the name, the stack"], ["S", "sandwich: callers and callees of a function"],
	["Drag in the time line", "choose a range of time; click: all; arrows, +, - move it"],
	["In the table", "click: the function's frames; double click: its sandwich"], ["?", "these keys"],
];

function help() {
	const list = html("dl");
	for (const [keys, does] of KEYS) {
		list.append(html("dt", {}, keys), html("dd", {}, does));
	}
	return [page.notes ? html("p", {}, shown(page.notes)) : "", list];
}

const SIZES = [1, 1.25, 1.5, 2];

function enlarge() {
	state.size = SIZES[(SIZES.indexOf(state.size) + 1) % SIZES.length];
	redraw();
	writeAddress(false);
}

function showTheme() {
	const isDark = !printing && (theme ? theme === "dark" : dark.matches);
	document.documentElement.classList.toggle("dark", isDark);
	document.documentElement.classList.toggle("light", !isDark);
	const paper = document.getElementById("paper");
	root.style.setProperty("--bg", paper && !paper.style.fill ? getComputedStyle(paper).fill : isDark ? "#16181c" : "#fff");
}

function switchTheme() {
	theme = document.documentElement.classList.contains("dark") ? "light" : "dark";
	showTheme();
	writeAddress(false);
}

// --- search from the controls ---

function showFound() {
	search();
	showControls();
	placeBars();
	drawRows();
}

function searchFor(changes) {
	Object.assign(state, changes);
	said = "";
	showFound();
	writeAddress(false);
}

function searchKey(event) {
	if (event.key === "Enter") {
		event.preventDefault();
		if (!found) {
			searchFor({ text: ui.search.value });
		}
		step(event.shiftKey ? -1 : 1);
	} else if (event.key === "Escape") {
		event.preventDefault();
		event.stopPropagation();
		if (state.text || ui.search.value) {
			searchFor({ text: ui.search.value = "" });
		} else {
			markSelected(true);
		}
	}
}
