/* flamegraph/colors - the colour of a function */
#include "common/profile/own_name.h"
#include "common/transform/reshape/idle.h"
#include "converters/flamegraph/internal.h"

/*
 * A family is a range of related colours: `span` degrees of hue from `hue` on, some lighter
 * than others. All are light enough for dark text. The shade of a function depends on its name,
 * so it is the same in every picture.
 */
struct flame_color_family {
	int hue, span, saturation, light;
};

/* The first hint that matches decides on the family; the last one of a list always matches. */
struct hint {
	enum { NAME_HAS, NAME_STARTS, NAME_ENDS, FILE_HAS } where;
	const char *text;
	int family;
};

enum { OWN, LIBRARY, RUNTIME, NATIVE, KERNEL, KINDS };

/* _[k], _[i] and _[j] are how stack collapsers mark kernel, inlined and JIT frames. */
static const struct hint java_hints[] = {
	{ NAME_ENDS, "_[k]", KERNEL },
	{ NAME_ENDS, "_[i]", LIBRARY },
	{ NAME_ENDS, "_[j]", OWN },
	{ NAME_HAS, "::", RUNTIME },
	{ NAME_STARTS, "java/", LIBRARY },
	{ NAME_STARTS, "java.", LIBRARY },
	{ NAME_STARTS, "javax", LIBRARY },
	{ NAME_STARTS, "jdk", LIBRARY },
	{ NAME_STARTS, "sun", LIBRARY },
	{ NAME_HAS, "/", OWN },
	{ NAME_HAS, ".", OWN },
	{ FILE_HAS, ".java", OWN },
	{ NAME_HAS, "", NATIVE },
};
static const struct hint js_hints[] = {
	{ NAME_ENDS, "_[k]", KERNEL },
	{ FILE_HAS, "node_modules", LIBRARY },
	{ NAME_HAS, "node_modules", LIBRARY },
	{ FILE_HAS, "node:", RUNTIME },
	{ NAME_HAS, "node:", RUNTIME },
	{ NAME_HAS, "::", NATIVE },
	{ FILE_HAS, ".js", OWN },
	{ FILE_HAS, ".ts", OWN },
	{ FILE_HAS, ".mjs", OWN },
	{ NAME_HAS, ".js", OWN },
	{ NAME_HAS, ".ts", OWN },
	{ NAME_HAS, ":", RUNTIME },
	{ NAME_HAS, "", NATIVE },
};
static const struct hint perl_hints[] = {
	{ NAME_ENDS, "_[k]", KERNEL },     { NAME_STARTS, "Perl_", RUNTIME },
	{ NAME_STARTS, "perl_", RUNTIME }, { NAME_STARTS, "S_", RUNTIME },
	{ FILE_HAS, ".pm", LIBRARY },      { NAME_HAS, "::", LIBRARY },
	{ FILE_HAS, ".pl", OWN },          { NAME_HAS, ".pl", OWN },
	{ NAME_HAS, "", NATIVE },
};
static const struct hint python_hints[] = {
	{ NAME_ENDS, "_[k]", KERNEL },
	{ FILE_HAS, "site-packages", LIBRARY },
	{ FILE_HAS, "dist-packages", LIBRARY },
	{ FILE_HAS, "lib/python", RUNTIME },
	{ FILE_HAS, "<frozen", RUNTIME },
	{ FILE_HAS, "importlib", RUNTIME },
	{ NAME_STARTS, "<built-in", NATIVE },
	{ NAME_STARTS, "<method", NATIVE },
	{ NAME_STARTS, "{", NATIVE },
	{ NAME_HAS, ".py", OWN },
	{ FILE_HAS, ".py", OWN },
	{ FILE_HAS, "<", OWN },
	{ NAME_STARTS, "<", OWN },
	{ NAME_STARTS, "_Py", RUNTIME },
	{ NAME_STARTS, "Py", RUNTIME },
	{ NAME_HAS, "", NATIVE },
};
static const struct hint rust_hints[] = {
	{ NAME_ENDS, "_[k]", KERNEL },
	{ NAME_STARTS, "core::", RUNTIME },
	{ NAME_STARTS, "std::", RUNTIME },
	{ NAME_STARTS, "alloc::", RUNTIME },
	{ NAME_STARTS, "<core::", RUNTIME },
	{ NAME_STARTS, "<std::", RUNTIME },
	{ NAME_STARTS, "<alloc::", RUNTIME },
	{ FILE_HAS, "/.cargo/", LIBRARY },
	{ FILE_HAS, "/rustc/", RUNTIME },
	{ NAME_HAS, "::", OWN },
	{ FILE_HAS, ".rs", OWN },
	{ NAME_HAS, "", NATIVE },
};

static const struct flame_color_family kinds[KINDS] = {
	[OWN] = { 84, 50, 55, 66 },     [LIBRARY] = { 174, 26, 50, 66 },
	[RUNTIME] = { 46, 14, 82, 64 }, [NATIVE] = { 2, 16, 78, 70 },
	[KERNEL] = { 24, 12, 88, 64 },
};
static const struct flame_color_family blue_and_amber[] = { { 198, 24, 68, 68 },
							    { 36, 14, 88, 64 } };
static const struct flame_color_family heat = { 52, -50, 84, 66 };
static const struct flame_color_family modules[] = {
	{ 2, 6, 70, 70 },   { 28, 6, 82, 66 },  { 48, 6, 80, 62 },  { 72, 8, 52, 62 },
	{ 108, 8, 45, 66 }, { 150, 8, 42, 64 }, { 178, 8, 48, 62 }, { 200, 6, 65, 68 },
	{ 222, 6, 70, 74 }, { 252, 8, 62, 77 }, { 286, 8, 48, 74 }, { 328, 8, 62, 75 },
};

/* At most 48 colours, because each is a class with a one-letter name. */
struct scheme {
	const struct flame_color_family *families;
	unsigned count, shades;
	const struct hint *hints;
	bool by_module;
};

#define ONE(hue, span, saturation, light) \
	{ \
		&(const struct flame_color_family){ hue, span, saturation, light }, 1, 24, NULL, \
			false \
	}
#define BY_KIND(hints) \
	{ \
		kinds, KINDS, 9, hints, false \
	}

/* In the order of --colors. */
static const struct scheme schemes[] = {
	ONE(4, 46, 86, 65),   /* hot */
	ONE(95, 75, 48, 64),  /* mem */
	ONE(196, 56, 62, 71), /* io */
	BY_KIND(java_hints),
	BY_KIND(js_hints),
	BY_KIND(perl_hints),
	BY_KIND(python_hints),
	BY_KIND(rust_hints),
	ONE(350, 18, 78, 70),                   /* red */
	ONE(92, 44, 48, 64),                    /* green */
	ONE(204, 22, 72, 70),                   /* blue */
	ONE(172, 18, 50, 62),                   /* aqua */
	ONE(44, 14, 82, 62),                    /* yellow */
	ONE(262, 40, 58, 76),                   /* purple */
	ONE(20, 18, 88, 66),                    /* orange */
	ONE(184, 32, 52, 66),                   /* wakeup */
	ONE(212, 24, 64, 72),                   /* chain: what was waited for, beside wakeup */
	{ blue_and_amber, 2, 16, NULL, false }, /* safe */
	{ modules, sizeof modules / sizeof *modules, 4, NULL, true },
	{ &heat, 1, 24, NULL, false }, /* diffusion: see FLAME_DIFFUSION */
};

static const char class_letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV";

static bool hint_holds(const struct hint *h, struct str name, struct str file)
{
	struct str text = str_of(h->text);

	switch (h->where) {
	case NAME_HAS: return str_contains(name, text);
	case NAME_STARTS: return str_starts(name, text);
	case NAME_ENDS: return str_ends(name, text);
	default: return str_contains(file, text);
	}
}

/* The file or, if unknown, what precedes the last part of the name. */
static struct str module_of(struct str name, struct str file)
{
	size_t end = name.n;

	if (file.n)
		return file;
	while (end && name.p[end - 1] != ':' && name.p[end - 1] != '.' && name.p[end - 1] != '/')
		end--;
	return end ? str_head(name, end) : name;
}

static uint64_t mixed(uint64_t a, uint64_t b)
{
	uint64_t h = (a ^ 0x9e3779b97f4a7c15u) * 0xff51afd7ed558ccdu;

	h = (h ^ (h >> 32) ^ b) * 0xc4ceb9fe1a85ec53u;
	return h ^ (h >> 29);
}

/* Unlike hash_text(), the same on every machine and in every run, and so is the picture. */
static uint64_t number_of(struct str s)
{
	uint64_t h = s.n, word;

	while (s.n >= 8) {
		memcpy(&word, s.p, 8);
		h = mixed(h, word);
		s = str_from(s, 8);
	}
	word = 0;
	for (size_t i = 0; i < s.n; i++)
		word = word << 8 | (unsigned char)s.p[i];
	return mixed(h, word);
}

static unsigned family_of(const struct scheme *s, struct str name, struct str file)
{
	const struct hint *hint = s->hints;

	if (s->by_module)
		return (unsigned)(number_of(module_of(name, file)) >> 32) % s->count;
	if (!hint)
		return (unsigned)(number_of(name) >> 48) % s->count;
	while (!hint_holds(hint, name, file))
		hint++;
	return (unsigned)hint->family;
}

/* What the source says of the frame goes before what the name looks like. */
static unsigned family_of_kind(enum frame_kind kind, unsigned guess)
{
	switch (kind) {
	case FRAME_KERNEL: return KERNEL;
	case FRAME_NATIVE: return NATIVE;
	case FRAME_GC:
	case FRAME_IDLE: return RUNTIME;
	case FRAME_INTERPRETED:
	case FRAME_JIT: return guess == NATIVE || guess == KERNEL ? OWN : guess;
	default: return guess;
	}
}

/* Whether a conversion may have added a frame of that name: it is no part of the program. */
static bool is_own_name(struct str name)
{
	return str_starts(name, S("[")) &&
	       (own_name_is(name, S("[unattributed]")) || own_name_is(name, S("[unplaced]")) ||
		own_name_is(name, S("[awaited elsewhere]")) ||
		own_name_is(name, S("[unknown caller]")) || own_name_is(name, S("[pruned]")) ||
		own_name_is(name, S(IDLE_NAME)));
}

char flame_class(const struct flame_options *o, struct str name, struct str file,
		 enum frame_kind kind)
{
	const struct scheme *s = &schemes[flame_scheme(o)];
	unsigned shade, family;

	if (is_own_name(name))
		return CLASS_NOWHERE;
	shade = (unsigned)(number_of(name) >> 32) % s->shades;
	family = family_of(s, name, file);
	if (s->families == kinds)
		family = family_of_kind(kind, family);
	return class_letters[family * s->shades + shade];
}

/* A shade for each halving of the share. */
char flame_diffusion_class(int64_t value, int64_t total)
{
	const struct scheme *s = &schemes[FLAME_DIFFUSION];
	unsigned shade = s->shades - 1;

	for (double share = (double)value / (double)total; share < 1 && shade >= 2; share *= 2)
		shade -= 2;
	return class_letters[shade];
}

/*
 * Blue for less, red for more, with 8 shades of each around white: the larger the fraction of
 * the frame's value, the stronger.
 */
enum { DIFF_SHADES = 8 };

char flame_diff_class(const struct flame_options *o, int64_t base, int64_t new_value)
{
	int64_t larger = base > new_value ? base : new_value;
	double change = larger ? ((double)new_value - (double)base) / (double)larger : 0;

	if (o->negate)
		change = -change;
	return class_letters[(int)((change + 1) * DIFF_SHADES + 0.5)];
}

/* One channel by the usual formula; hue in degrees, the others in percent. */
static unsigned channel(int hue, int saturation, int light, int offset)
{
	double k = (double)((offset * 30 + hue) % 360) / 30;
	double reach = saturation * (light < 50 ? light : 100 - light) / 1e4;
	double low = k - 3 < 9 - k ? k - 3 : 9 - k;

	low = low > 1 ? 1 : low < -1 ? -1 : low;
	return (unsigned)((light / 100.0 - reach * low) * 255 + 0.5);
}

static void put_color(struct output *out, const struct flame_color_family *f, unsigned shade,
		      unsigned n)
{
	int hue = f->hue + f->span * (int)shade / (int)(n - 1);
	int light = f->light + (int)(shade * 5 % 8);
	struct buf text = { 0 };

	buf_print(&text, "{fill:#%02x%02x%02x}\n", channel(hue, f->saturation, light, 0),
		  channel(hue, f->saturation, light, 8), channel(hue, f->saturation, light, 4));
	output_str(out, buf_str(&text));
	buf_free(&text);
}

static void put_diff_colors(struct output *out)
{
	for (int i = 0; i <= 2 * DIFF_SHADES; i++) {
		int step = i - DIFF_SHADES, size = step < 0 ? -step : step;
		/* light enough for dark text: 92 % where little changed, 64 % where all did */
		const struct flame_color_family f = { step < 0 ? 214 : 4, 0, step ? 82 : 0,
						      94 - size * 15 / 4 };

		output_byte(out, '.');
		output_byte(out, class_letters[i]);
		put_color(out, &f, 0, 2);
	}
}

void flame_put_colors(const struct flame_options *o, struct output *out, bool difference)
{
	const struct scheme *s = &schemes[flame_scheme(o)];

	if (difference) {
		put_diff_colors(out);
		return;
	}
	for (unsigned i = 0; i < s->count * s->shades; i++) {
		output_byte(out, '.');
		output_byte(out, class_letters[i]);
		put_color(out, &s->families[i / s->shades], i % s->shades, s->shades);
	}
}
