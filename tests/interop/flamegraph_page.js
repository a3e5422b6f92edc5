// Uses flame graphs in headless Chromium as a reader of them would.
//
// ("shows": the one other file that a page may ask for, an image)
//
//     echo '[{"file": "x.svg", "address": "#s=a", "options": {}, "steps": [["press", "Home"], ["look"]]}]' | node flamegraph_page.js
//
// Prints one JSON list, an object a task: `seen` has what each "look" and "ask" saw, `wrong` all
// that must not happen: errors, dialogs, requests for anything but the file itself and the worker that it made.
"use strict";
const path = require("path");
const runTasks = require("./tasks.js");

// in the page: what is drawn and what the controls say
function look() {
	const text = (selector) => [...document.querySelectorAll(selector)].map((e) => e.textContent);
	const holder = document.getElementById("frames").getBoundingClientRect();
	const active = document.activeElement;
	return {
		frames: [...document.querySelectorAll("#frames rect")].map((rect) => {
			const box = rect.getBoundingClientRect();
			return {
				label: rect.getAttribute("aria-label"), x: box.x - holder.x, width: box.width, y: box.y - holder.y, top: box.y,
				level: Number(rect.getAttribute("aria-level")), classes: [...rect.classList], tab: rect.getAttribute("tabindex"),
				dash: getComputedStyle(rect).strokeDasharray, fill: getComputedStyle(rect).fill,
			};
		}),
		table: [...document.querySelectorAll("#table tr")].map((tr) => [...tr.children].map((e) => e.textContent.trim())),
		shown: getComputedStyle(document.getElementById("frames")).display,
		texts: text("#frames text"),
		path: text(".fg-path button"),
		status: text("[role=status]").join(),
		details: text(".fg-what span").filter(Boolean),
		list: [...document.querySelectorAll(".fg-panel li")].map((li) => [...li.querySelectorAll("button:first-child span")].map((s) => s.textContent)),
		panel: text(".fg-panel:not([hidden])").join(),
		view: text(".fg-views [aria-pressed=true]").join(),
		search: (document.querySelector("input[type=search]") || {}).value,
		focus: active && (active.getAttribute("aria-label") || active.textContent),
		address: location.hash, inner: holder.width, dark: document.documentElement.classList.contains("dark"),
		elements: document.getElementsByTagName("*").length, scripts: document.getElementsByTagName("script").length,
		copied: window.copied === undefined ? null : window.copied, ran: window.ran || null, theme: getComputedStyle(document.getElementById("paper")).fill,
		controls: [...document.querySelectorAll("#controls, #details")].map((e) => getComputedStyle(e).display),
		scroll: window.scrollY,
	};
}

const STEPS = {
	frame: (page, start, options) => page.locator(`#frames rect[aria-label^=${JSON.stringify(start)}]`).first().click(options),
	hover: (page, start) => page.locator(`#frames rect[aria-label^=${JSON.stringify(start)}]`).first().hover(),
	tap: (page, start) => page.locator(`#frames rect[aria-label^=${JSON.stringify(start)}]`).first().tap(),
	focus: (page, start) => page.locator(`#frames rect[aria-label^=${JSON.stringify(start)}]`).first().focus(),
	button: (page, name) => page.getByRole("button", { name, exact: true }).click(),
	row: (page, name, options) => page.locator("#table tbody tr").filter({ has: page.locator(`th .fg-name:text-is(${JSON.stringify(name)})`) }).click(options),
	wheel: async (page, x, y, dx, dy, key) => {
		await page.mouse.move(x, y);
		if (key) await page.keyboard.down(key);
		await page.mouse.wheel(dx, dy);
		if (key) await page.keyboard.up(key);
	},
	drag: async (page, x, y, toX, toY) => {
		await page.mouse.move(x, y);
		await page.mouse.down();
		await page.mouse.move((x + toX) / 2, (y + toY) / 2);
		await page.mouse.move(toX, toY);
		await page.mouse.up();
	},
	press: (page, ...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve()),
	type: (page, text) => page.keyboard.type(text),
	fill: (page, text) => page.locator("input[type=search]").fill(text),
	select: (page, label, value) => page.getByLabel(label, { exact: true }).selectOption(value),
	address: (page, text) => page.evaluate((hash) => { location.hash = hash; }, text),
	back: (page) => page.goBack(),
	media: (page, options) => page.emulateMedia(options),
	size: (page, width, height) => page.setViewportSize({ width, height }),
	scroll: (page, y) => page.evaluate((to) => window.scrollTo(0, to), y),
	wait: (page, ms) => page.waitForTimeout(ms),
	picture: (page, file) => page.screenshot({ path: file }),
};

async function use(browser, task) {
	const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...task.options });
	const page = await context.newPage();
	const wrong = [];
	const file = "file://" + path.resolve(task.file);
	page.on("pageerror", (error) => wrong.push(String(error)));
	page.on("console", (message) => { if (["error", "warning"].includes(message.type())) wrong.push(message.text()); });
	page.on("dialog", (dialog) => { wrong.push("dialog " + dialog.message()); dialog.dismiss(); });
	page.on("request", (request) => { if (!request.url().startsWith(file) && request.url() !== "about:blank" && !request.url().startsWith("blob:") && !request.url().endsWith(task.shows)) wrong.push("asked for " + request.url()); });
	page.setDefaultTimeout(20000);
	if (task.before) await page.addInitScript(task.before);
	const seen = [];
	const began = Date.now();
	try {
		await page.goto(file + (task.address || ""));
		for (const [name, ...args] of task.steps) {
			if (name === "open") {
				await page.goto("about:blank"); // another fragment alone would not load the page anew
				await page.goto(file + args[0]);
			} else if (name === "look") {
				await page.waitForFunction(() => !/^searching/.test(document.querySelector("[role=status]").textContent));
				seen.push(await page.evaluate(look));
			}
			else if (name === "ask") seen.push(await page.evaluate(args[0]));
			else if (name === "time") seen.push(Date.now() - began);
			else {
				await STEPS[name](page, ...args);
				// two frames: what a scroll or a resize leads to is drawn in the next one
				if (name !== "picture") await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))).catch(() => {});
			}
		}
	} catch (error) {
		wrong.push(String(error));
	}
	await context.close();
	return { seen, wrong };
}

runTasks(use);
