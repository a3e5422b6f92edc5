/* profdiff/reports - the outcome of the rules, for programs that show test results */
#include <stdlib.h>

#include "common/base/diag.h"
#include "common/syntax/xml_library.h"
#include "converters/tools/profdiff/internal.h"

/* --- JUnit --- */

static const xmlChar *xml_text(const char *text)
{
	return (const xmlChar *)text;
}

static void start_element(xmlTextWriter *w, const char *name)
{
	xml_library()->xmlTextWriterStartElement(w, xml_text(name));
}

static void end_element(xmlTextWriter *w)
{
	xml_library()->xmlTextWriterEndElement(w);
}

/* Any text as XML can hold it: buf_add_visible() leaves UTF-8 without control characters. */
static void put_attribute(xmlTextWriter *w, const char *key, struct str text)
{
	struct buf b = { 0 };

	buf_add_visible(&b, text);
	buf_byte(&b, '\0');
	xml_library()->xmlTextWriterWriteAttribute(w, xml_text(key), xml_text(b.p));
	buf_free(&b);
}

static void put_count(xmlTextWriter *w, const char *key, size_t count)
{
	struct buf b = { 0 };

	buf_print(&b, "%zu", count);
	put_attribute(w, key, buf_str(&b));
	buf_free(&b);
}

static void start_case(xmlTextWriter *w, const struct gate_rule *rule, struct str function)
{
	struct buf name = { 0 };

	buf_add(&name, str_of(rule->text));
	if (function.n)
		buf_add(&name, S(": "));
	buf_add(&name, function);
	start_element(w, "testcase");
	put_attribute(w, "classname", S("profdiff"));
	put_attribute(w, "name", buf_str(&name));
	if (rule->source)
		put_attribute(w, "file", str_of(rule->source));
	buf_free(&name);
}

static void put_verdict(xmlTextWriter *w, const char *element, const char *type, struct str message)
{
	start_element(w, element);
	if (type)
		put_attribute(w, "type", str_of(type));
	put_attribute(w, "message", message);
	end_element(w);
}

static void put_case(xmlTextWriter *w, const struct report *r, const struct gate_finding *f)
{
	struct buf function = { 0 }, message = { 0 };

	if (f->row)
		profdiff_add_function(&function, f->row);
	profdiff_add_change(&message, r, f);
	buf_add(&message, S(", "));
	profdiff_add_evidence(&message, f);
	start_case(w, f->rule, buf_str(&function));
	put_verdict(w, f->outcome == GATE_BROKEN ? "failure" : "skipped",
		    f->outcome == GATE_BROKEN ? "regression" : NULL, buf_str(&message));
	end_element(w);
	buf_free(&function);
	buf_free(&message);
}

/*
 * A rule that all functions keep is one test case; otherwise each function that breaks it is
 * one.
 */
static void put_rule(xmlTextWriter *w, const struct report *r, const struct gate_rule *rule)
{
	bool any = false;

	for (size_t i = 0; i < r->findings.count; i++)
		if (r->findings.all[i].rule == rule) {
			put_case(w, r, &r->findings.all[i]);
			any = true;
		}
	if (any)
		return;
	start_case(w, rule, S(""));
	if (r->no_base)
		put_verdict(w, "skipped", NULL, S("no profile of the base"));
	end_element(w);
}

static size_t count_cases(const struct report *r)
{
	size_t n = r->findings.count;

	for (size_t i = 0; i < r->rule_count; i++)
		n += !profdiff_count_findings(r, &r->rules[i], GATE_BROKEN) &&
		     !profdiff_count_findings(r, &r->rules[i], GATE_TOO_FEW);
	return n;
}

static void put_suite(xmlTextWriter *w, const struct report *r)
{
	struct buf text = { 0 };

	start_element(w, "testsuite");
	put_attribute(w, "name", S("profdiff"));
	put_count(w, "tests", count_cases(r));
	put_count(w, "failures", r->findings.broken);
	put_count(w, "errors", 0);
	put_count(w, "skipped", r->findings.too_few + (r->no_base ? r->rule_count : 0));
	start_element(w, "properties");
	start_element(w, "property");
	put_attribute(w, "name", S("summary"));
	profdiff_add_summary(&text, r);
	put_attribute(w, "value", buf_str(&text));
	end_element(w);
	end_element(w);
	for (size_t i = 0; i < r->rule_count; i++)
		put_rule(w, r, &r->rules[i]);
	text.n = 0;
	buf_add_visible(&text, buf_str(&r->notes));
	buf_byte(&text, '\0');
	if (r->notes.n)
		xml_library()->xmlTextWriterWriteElement(w, xml_text("system-out"),
							 xml_text(text.p));
	end_element(w);
	buf_free(&text);
}

void profdiff_put_junit(struct output *out, const struct report *r)
{
	const struct xml_library *xml = xml_library();
	xmlBuffer *buffer = xml->xmlBufferCreate();
	xmlTextWriter *w = buffer ? xml->xmlNewTextWriterMemory(buffer, 0) : NULL;

	if (!w)
		diag_die("out of memory");
	xml->xmlTextWriterSetIndent(w, 1);
	xml->xmlTextWriterStartDocument(w, "1.0", "UTF-8", NULL);
	start_element(w, "testsuites");
	put_suite(w, r);
	if (xml->xmlTextWriterEndDocument(w) < 0)
		diag_die("out of memory");
	xml->xmlFreeTextWriter(w);
	output_bytes(out, xml->xmlBufferContent(buffer), (size_t)xml->xmlBufferLength(buffer));
	xml->xmlBufferFree(buffer);
	xml->xmlCleanupParser();
}

/* --- GitHub --- */

/* Escapes as GitHub's toolkit does; in a property also ":" and ",". */
static void add_escaped(struct buf *b, struct str text, bool property)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
			buf_print(b, "%%%02X", (unsigned char)c);
		else
			buf_byte(b, c);
	}
}

/* The file as named in the repository: annotations accept no other name. */
static struct str in_repository(struct str file)
{
	const char *root = getenv("GITHUB_WORKSPACE");
	struct str folder = str_of(root ? root : "");

	if (folder.n && str_starts(file, folder) && file.n > folder.n && file.p[folder.n] == '/')
		file = str_from(file, folder.n + 1);
	while (str_starts(file, S("./")))
		file = str_from(file, 2);
	return file;
}

static void add_place(struct buf *b, const struct diff_row *row)
{
	const struct diff_place *at = profdiff_display_place(row);
	struct buf name = { 0 };

	if (!at->location.n)
		return;
	buf_add_visible(&name, in_repository(at->location));
	buf_add(b, S("file="));
	add_escaped(b, buf_str(&name), true);
	if (at->line)
		buf_print(b, ",line=%lu", (unsigned long)at->line);
	buf_byte(b, ',');
	buf_free(&name);
}

static void put_annotation(struct output *out, const struct report *r, const struct gate_finding *f)
{
	struct buf line = { 0 }, text = { 0 };

	buf_add(&line, f->outcome == GATE_BROKEN ? S("::error ") : S("::warning "));
	if (f->row)
		add_place(&line, f->row);
	buf_add_visible(&text, str_of(f->rule->text));
	buf_add(&line, S("title="));
	add_escaped(&line, buf_str(&text), true);
	buf_add(&line, S("::"));
	text.n = 0;
	profdiff_add_finding(&text, r, f);
	add_escaped(&line, buf_str(&text), false);
	buf_byte(&line, '\n');
	output_str(out, buf_str(&line));
	buf_free(&line);
	buf_free(&text);
}

/* GitHub shows ten annotations of a kind in each step and silently drops the others. */
void profdiff_put_github(struct output *out, const struct report *r)
{
	enum { MAX_SHOWN = 10 };
	struct buf text = { 0 }, line = { 0 };

	for (size_t i = 0; i < r->findings.count && i < MAX_SHOWN; i++)
		put_annotation(out, r, &r->findings.all[i]);
	if (r->findings.count > MAX_SHOWN)
		buf_print(&text, "%zu more; ", r->findings.count - MAX_SHOWN);
	profdiff_add_verdict(&text, r);
	buf_add(&text, S("; "));
	profdiff_add_summary(&text, r);
	if (r->notes.n) {
		buf_add(&text, S("; "));
		buf_add(&text, str_trim(str_head(buf_str(&r->notes), r->notes.n - 1)));
	}
	buf_add(&line, S("::notice title=profdiff::"));
	add_escaped(&line, buf_str(&text), false);
	buf_byte(&line, '\n');
	output_str(out, buf_str(&line));
	buf_free(&line);
	buf_free(&text);
}
