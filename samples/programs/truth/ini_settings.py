"""Settings from layered INI files: configparser with interpolation, string.Template, textwrap."""
import configparser
import io
import string
import textwrap


def layer(number):
    text = io.StringIO()
    text.write(f"[DEFAULT]\nroot = /srv/data{number}\nowner = team{number}\n")
    for section in range(12):
        text.write(f"[service{section}]\nname = s{section}-%(owner)s\npath = %(root)s/%(name)s\n"
                   f"log = %(path)s/log/%(name)s.log\nworkers = {section + number}\nverbose = {'yes' if section % 2 else 'no'}\n")
    return text.getvalue()


def load(layers):
    config = configparser.ConfigParser()
    for number in range(layers):
        config.read_string(layer(number), source=f"layer{number}")
    return config


TEMPLATE = string.Template("""\
    Service $name keeps its files in $path and writes a log to $log. It runs $workers workers
    and is $mood about what it does; ask $owner for more, they know ${name}'s habits.""")


def describe(section):
    mood = "talkative" if section.getboolean("verbose") else "silent"
    text = TEMPLATE.substitute(name=section["name"], path=section["path"], log=section["log"],
                               workers=section.getint("workers"), mood=mood, owner=section["owner"])
    return textwrap.fill(textwrap.dedent(text), 60, initial_indent="* ", subsequent_indent="  ")


def write_back(config):
    out = io.StringIO()
    for section in config.sections():
        config.set(section, "seen", "true")
    config.write(out)
    return out.getvalue()


def main():
    for layers in range(1, 6):
        config = load(layers)
        page = "\n".join(describe(config[name]) for name in config.sections())
        saved = write_back(config)
        print(len(page), len(saved), len(load(1).sections()))


if __name__ == "__main__":
    main()
