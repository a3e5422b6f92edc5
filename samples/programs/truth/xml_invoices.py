"""Invoices as XML: built, indented, written, read back, changed; ElementTree and minidom."""
import io
import xml.dom.minidom
import xml.etree.ElementTree as tree


def invoice(number):
    root = tree.Element("invoice", {"number": str(number)})
    customer = tree.SubElement(root, "customer")
    tree.SubElement(customer, "name").text = f"Customer & Sons {number % 7}"
    address = tree.SubElement(customer, "address")
    for part in ("street", "town", "country"):
        tree.SubElement(address, part).text = f"{part} <{number}>"
    lines = tree.SubElement(root, "lines")
    for item in range(number % 9 + 1):
        line = tree.SubElement(lines, "line", quantity=str(item + 1), price=f"{item * 1.5 + 2:.2f}")
        line.text = f"article {item}"
        add_parts(line, item % 4)
    return root


def add_parts(element, depth):
    if depth:
        for side in ("left", "right"):
            add_parts(tree.SubElement(element, "part", side=side), depth - 1)


def total(root):
    return sum(float(line.get("price")) * int(line.get("quantity")) for line in root.iter("line"))


def pretty(root):
    tree.indent(root)
    return tree.tostring(root, encoding="unicode")


def read_back(text):
    events = tree.iterparse(io.BytesIO(text.encode()), events=("start", "end"))
    depth = deepest = 0
    for event, _ in events:
        depth += 1 if event == "start" else -1
        deepest = max(depth, deepest)
    return deepest


def count_nodes(node):
    return 1 + sum(count_nodes(child) for child in node.childNodes)


def main():
    book = tree.Element("book")
    for number in range(60):
        book.append(invoice(number))
    text = pretty(book)
    print(f"{total(book):.2f}", read_back(text), len(book.findall(".//part[@side='left']")))
    dom = xml.dom.minidom.parseString(tree.tostring(book[8]))
    print(count_nodes(dom), len(dom.toprettyxml()), len(dom.getElementsByTagName("line")))


main()
