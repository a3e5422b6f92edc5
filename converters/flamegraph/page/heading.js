// heading - title and facts above the bar, in lines as long as the window allows

// The static picture's lines were broken for its own width, and tell what that one left out.
function makeHeading() {
	const texts = [...root.children];
	const title = texts.find((element) => element.localName === "title");
	for (const text of texts) {
		if (text.localName === "text") {
			text.remove();
		}
	}
	ui.legend = isDifference ? html("div", { class: "fg-legend" }, ...legend()) : "";
	ui.facts = html("p");
	ui.heading = html("div", { class: "fg fg-heading" }, html("h1", {}, title ? title.textContent : ""),
		...(page.subtitle ? [html("p", {}, shown(page.subtitle))] : []), ui.facts, ui.legend);
	ui.headingBox = svg("foreignObject", { id: "heading", x: 0, y: 0, width: "100%", height: 60 }, ui.heading);
}

// From what is gone over what is the same to what is new.
function legend() {
	const swatch = svg("svg", { width: 170, height: 12, "aria-hidden": "true" });
	Array.from(DIFFERENCES).forEach((letter, i, all) => {
		swatch.append(svg("rect", { class: all[page.negate ? all.length - 1 - i : i], x: 10 * i, width: 10, height: 12 }));
	});
	return ["less", swatch, "more", html("span", {}, page.negate ? "(blue is more)" : "(red is more)")];
}

function totalText() {
	if (isDifference) {
		const [base, fresh] = [values.base.total[0], values.fresh.total[0]];
		const what = shown(types[0].title || "").replace(/^base: /, "");
		return (what && what + ": ") + "base " + compared(base) + ", new " + compared(fresh) + ", " + changeText(base, fresh);
	}
	const type = types[state.value] || {};
	const name = page.countname === undefined ? type.title || (type.unit === "none" ? "" : type.name || "") : page.countname;
	return (name ? shown(name) + ": " : "") + valueText(values.width.total[0]) + (state.range ? " in the chosen time" : " in total");
}

// On paper nothing else says what is left out.
function showFacts() {
	ui.facts.textContent = [profile.source && "from " + shown(profile.source), values.width.total[0] ? totalText() : "no samples",
		page.facts, printing && narrowText()].filter(Boolean).join(" \u00b7 ");
}
