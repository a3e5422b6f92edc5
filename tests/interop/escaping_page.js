// Opens pages whose names would like to be markup, and tells what came of it.
//
//     echo '[{"url": "http://localhost:1/x.svg", "tour": true, "words": ["<b>"]}]' | node escaping_page.js
//
// Prints one JSON list, an object a page: `wrong` has all that must not happen (scripts that ran, dialogs,
// requests, what the policy reported), `shown` the texts that were seen on the way.
"use strict";
const runTasks = require("./tasks.js");

// before anything of the page: what a policy reports
function watch() {
	window.violations = [];
	document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective + " " + event.blockedURI));
}

function frame() {
	return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}

function texts() {
	return [...document.querySelectorAll("#frames title, #frames text, [aria-label], .fg-what, .fg-path, .fg-panel, option, [role=status], td, th, h3, p")]
		.flatMap((e) => [e.textContent, e.getAttribute("aria-label")]).filter(Boolean);
}

async function hoverAll(page) {
	const boxes = await page.evaluate(() => [...document.querySelectorAll("#frames rect")].map((r) => r.getBoundingClientRect())
		.filter((r) => r.width > 1 && r.y >= 0 && r.y < innerHeight).map((r) => [r.x + r.width / 2, r.y + r.height / 2]));
	for (const [x, y] of boxes.slice(0, 150)) await page.mouse.move(x, y);
}

// search, zoom, hover, every view, every value type and thread
async function tour(page, words, see) {
	const button = (name) => page.getByRole("button", { name, exact: true }).click();
	for (const view of ["Icicle", "Callers", "Flame"]) {
		await button(view);
		await hoverAll(page);
		await see();
		await page.evaluate(() => { const all = [...document.querySelectorAll("#frames rect")]; all[all.length >> 1].dispatchEvent(new MouseEvent("click", { bubbles: true })); });
		await see();
		await page.keyboard.press("s");
		await see();
		await page.keyboard.press("Home");
	}
	for (const word of words) {
		await page.locator("input[type=search]").fill(word);
		await page.evaluate(frame);
		await page.locator("input[type=search]").press("Enter");
	}
	await page.locator("input[type=search]").fill("a");
	await page.evaluate(frame);
	await button("List of matches").catch(() => {});
	await see();
	await button("Regular expression");
	await see();
	await page.keyboard.press("Escape");
	for (const select of await page.locator("select").all()) {
		const count = await select.locator("option").count();
		for (let i = 0; i < count; i++) {
			await select.selectOption({ index: i });
			if (i % 8 === 0) await see();
		}
	}
}

async function open(browser, task) {
	const page = await browser.newPage({ viewport: { width: 1200, height: 1400 } });
	const wrong = [], shown = new Set();
	page.on("pageerror", (error) => wrong.push(String(error)));
	page.on("console", (message) => { if (message.type() === "error") wrong.push(message.text()); });
	page.on("dialog", (dialog) => { wrong.push("dialog " + dialog.message()); dialog.dismiss(); });
	page.on("popup", (popup) => wrong.push("opened " + popup.url()));
	page.on("framenavigated", (to) => { if (to !== page.mainFrame() || !to.url().startsWith(task.url)) wrong.push("went to " + to.url()); });
	page.on("request", (request) => { if (request.url().split("#")[0] !== task.url) wrong.push("asked for " + request.url()); });
	page.setDefaultTimeout(10000);
	await page.addInitScript(watch);
	const see = async () => {
		await page.evaluate(frame);
		for (const text of await page.evaluate(texts)) shown.add(text);
	};
	try {
		await page.goto(task.url);
		await see();
		if (task.expression) {
			await page.getByRole("button", { name: "Regular expression", exact: true }).click();
			await page.locator("input[type=search]").fill(task.expression);
			await page.waitForFunction(() => !/^searching/.test(document.querySelector("[role=status]").textContent));
			await see();
		}
		if (task.tour) await tour(page, task.words, see);
		await page.waitForTimeout(200);
		const state = await page.evaluate(() => [window.canary, window.violations]);
		if (state[0] !== undefined) wrong.push("a script ran: " + state[0]);
		wrong.push(...state[1]);
	} catch (error) {
		wrong.push(String(error));
	}
	await page.close();
	return { wrong, shown: [...shown] };
}

runTasks(open);
