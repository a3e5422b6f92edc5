// A call between two services, traced by Zipkin's library for JavaScript: both halves have one id.
"use strict";
const {BatchRecorder, ExplicitContext, Instrumentation, Tracer, jsonEncoder, option} = require("zipkin");

const sent = [];
const recorder = new BatchRecorder({logger: {logSpan: span => sent.push(JSON.parse(jsonEncoder.JSON_V2.encode(span)))}});
const shop = new Tracer({ctxImpl: new ExplicitContext(), recorder, localServiceName: "shop"});
const stock = new Tracer({ctxImpl: new ExplicitContext(), recorder, localServiceName: "stock"});

function wait(ms) {
	for (const from = Date.now(); Date.now() - from < ms;);
}

shop.scoped(() => {
	const client = new Instrumentation.HttpClient({tracer: shop, remoteServiceName: "stock"});
	const server = new Instrumentation.HttpServer({tracer: stock, port: 80});
	const request = client.recordRequest({headers: {}}, "http://stock/items/7", "GET");
	const id = shop.id;
	wait(3);
	server.recordRequest("GET", "/items/7", name => name in request.headers ? new option.Some(request.headers[name]) : option.None);
	wait(4);
	server.recordResponse(stock.id, "200");
	wait(3);
	client.recordResponse(id, "200");
});
setTimeout(() => {
	process.stdout.write(JSON.stringify(sent));
	process.exit(0);
}, 200);
