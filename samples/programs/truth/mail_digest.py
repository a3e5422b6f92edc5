"""Mails with attachments, forwarded in one another: built, written, parsed and listed by the package email."""
import email
import email.header
from email.mime.application import MIMEApplication
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText


def letter(number):
    message = MIMEMultipart("mixed")
    message["From"] = f"sender{number}@example.org"
    message["Subject"] = email.header.Header(f"The long subject of message number {number}, with an umlaut: ü", "utf-8")
    body = MIMEMultipart("alternative")
    body.attach(MIMEText(f"Hello,\n\nthis is {number}, grüß dich.\n" * 5, "plain", "utf-8"))
    body.attach(MIMEText(f"<p>This is <b>{number}</b></p>", "html"))
    message.attach(body)
    message.attach(MIMEApplication(bytes(range(256)) * 4, Name=f"data{number}.bin"))
    return message


def forward(inner, depth):
    """A mail with the mail inside, with a mail inside."""
    outer = MIMEMultipart()
    outer["Subject"] = f"Fwd: {inner['subject']}"
    outer.attach(MIMEText("See below.\n" * depth))
    outer.attach(MIMEMessage(inner))
    return outer if depth == 1 else forward(outer, depth - 1)


def subject(message):
    parts = email.header.decode_header(message.get("Subject", ""))
    return "".join(part.decode(charset or "ascii") if isinstance(part, bytes) else part for part, charset in parts)


def digest(message, level=0):
    """One line for each part."""
    lines = [f"{' ' * level}{message.get_content_type()} {subject(message)}"]
    if message.is_multipart():
        for part in message.get_payload():
            lines += digest(part, level + 1)
    elif message.get_content_maintype() == "text":
        charset = message.get_content_charset("ascii")
        lines += message.get_payload(decode=True).decode(charset).splitlines()[:1]
    return lines


def main():
    lines = 0
    for number in range(6):
        mail = forward(letter(number), 2)
        again = email.message_from_bytes(mail.as_bytes())
        lines += len(digest(again)) + sum(part.get_filename() is not None for part in again.walk())
    print(lines)


main()
