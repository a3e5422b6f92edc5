"""Two versions of a text compared: difflib's matcher, ndiff, unified and HTML output, close matches."""
import difflib
import random

WORDS = "the cart holds an item and each order has a price of its own while we wait for nothing".split()


def text(rng, lines):
    return [" ".join(rng.choices(WORDS, k=rng.randint(3, 9))) + "\n" for _ in range(lines)]


def edited(rng, lines):
    out = []
    for line in lines:
        what = rng.random()
        if what < 0.1:
            continue
        if what < 0.25:
            words = line.split()
            words[rng.randrange(len(words))] = rng.choice(WORDS)
            line = " ".join(words) + "\n"
        elif what < 0.3:
            out += text(rng, 1)
        out.append(line)
    return out


def suggestions(words, known):
    return {word: difflib.get_close_matches(word, known, n=2) for word in words}


def main():
    rng = random.Random(5)
    old = text(rng, 45)
    new = edited(rng, old)
    unified = list(difflib.unified_diff(old, new))
    both = list(difflib.ndiff(old[:24], new[:24]))
    page = difflib.HtmlDiff(wrapcolumn=40).make_table(old[:10], new[:10], context=True)
    ratio = difflib.SequenceMatcher(None, "".join(old[:8]), "".join(new[:8]), autojunk=False).ratio()
    restored = list(difflib.restore(both, 2))
    print(len(unified), len(both), len(page), round(ratio, 2), len(restored))
    print(suggestions(["prise", "ordre", "carts", "waiting"], WORDS))


main()
