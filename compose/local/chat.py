#!/usr/bin/env python3
"""A guest's conversation in the terminal, over the same web API as the chat page: `make chat`.

GATEWAY_URL says where (http://127.0.0.1:$GATEWAY_PORT if it is not set), HOTEL which hotel. A number taps the choice that was shown with
it. What is piped in is said line by line, each after the answer to the one before.
"""

import http.client
import json
import os
import queue
import sys
import textwrap
import threading
import time
import urllib.parse
import uuid

REPLY_WITHIN_S = 20
QUIET_S = 0.7
RECONNECT_S = 1


class Refused(Exception):
    """The gateway's answer was not a success."""


class Gateway:
    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        secure = parts.scheme == "https"
        self._connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        self._where = (parts.hostname, parts.port or (443 if secure else 80))
        self._token = None

    def open_session(self, hotel):
        self._token = self._ask("POST", "/api/chat/session", {"hotel": hotel})["token"]

    def hotel(self, key):
        return self._ask("GET", "/api/chat/hotel" + ("?" + urllib.parse.urlencode({"hotel": key}) if key else ""))

    def send(self, message):
        """Again with the same id until it is taken: the gateway takes each id once."""
        message = {"client_id": str(uuid.uuid4()), **message}
        for pause in (0.5, 1, 2, 4, 8, None):
            try:
                return self._ask("POST", "/api/chat/messages", message)
            except (OSError, http.client.HTTPException):
                if pause is None:
                    raise
                time.sleep(pause)

    def events(self):
        """(event, data) without end; after a broken line it goes on behind the last message seen."""
        last = None
        while True:
            try:
                headers = {"Accept": "text/event-stream", **({"Last-Event-ID": last} if last else {})}
                answer = self._request("GET", "/api/chat/events", None, headers, timeout=40)
                event, data = "message", []
                for line in answer:
                    field, _, value = line.decode().rstrip("\r\n").partition(":")
                    value = value.removeprefix(" ")
                    if field == "event":
                        event = value
                    elif field == "data":
                        data.append(value)
                    elif field == "id":
                        last = value
                    elif not field and not value:
                        if data:
                            yield event, json.loads("\n".join(data))
                        event, data = "message", []
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(RECONNECT_S)

    def _ask(self, method, path, body=None):
        return json.loads(self._request(method, path, body).read())

    def _request(self, method, path, body=None, headers=None, timeout=20):
        connection = self._connect(*self._where, timeout=timeout)
        headers = {"Content-Type": "application/json", **(headers or {})}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        if answer.status >= 500 or answer.status == 429:
            raise http.client.HTTPException(f"HTTP {answer.status}")
        if answer.status >= 400:
            raise Refused(f"{method} {path}: HTTP {answer.status}")
        return answer


class Screen:
    """Prints what the agent says, and remembers what can be tapped."""

    def __init__(self, hotel_name):
        self._name = hotel_name
        self._bold, self._dim, self._plain = ("\033[1m", "\033[2m", "\033[0m") if sys.stdout.isatty() else ("", "", "")
        self.choices = []

    def show(self, content):
        if "message" in content:
            message = content["message"]["_0"]
            self._say(message["text"])
            choices = message.get("cards", []) + message.get("buttons", [])
            # A number after a question is an answer, not a tap on what was shown earlier.
            self.choices = choices
            for number, choice in enumerate(choices, 1):
                price = f"  {self._bold}{choice['price']}{self._plain}" if "price" in choice else ""
                detail = f"  {self._dim}{choice['detail']}{self._plain}" if choice.get("detail") else ""
                print(f"    [{number}] {choice['title']}{price}{detail}")
            if message.get("note"):
                print(textwrap.indent(textwrap.fill(message["note"], 76), "    "))
        elif "voice" in content:
            self._say("(♪) " + content["voice"]["text"])
        elif "location" in content:
            place = content["location"]
            self._say(f"{place['name']}, {place['address']} ({place['latitude']}, {place['longitude']})")
        print(flush=True)

    def heard(self, words):
        if not sys.stdin.isatty():
            print(f"> {words}", flush=True)

    def _say(self, text):
        lines = [textwrap.fill(line, 76) for line in text.split("\n")]
        print(f"{self._bold}{self._name}{self._plain}")
        print(textwrap.indent("\n".join(lines), "  "))


def listen(gateway, screen, replies):
    try:
        for event, data in gateway.events():
            if event == "message":
                screen.show(data["content"])
                replies.put(data["id"])
    except Refused as refusal:
        print(f"The conversation has ended: {refusal}", file=sys.stderr)
        os._exit(1)


def wait_for_reply(replies):
    """Until something was answered and then nothing more for a moment."""
    try:
        replies.get(timeout=REPLY_WITHIN_S)
        while True:
            replies.get(timeout=QUIET_S)
    except queue.Empty:
        pass


def main():
    url = os.environ.get("GATEWAY_URL") or f"http://127.0.0.1:{os.environ.get('GATEWAY_PORT') or '8002'}"
    gateway = Gateway(url)
    try:
        hotel = gateway.hotel(os.environ.get("HOTEL"))
        gateway.open_session(hotel["key"])
    except (OSError, http.client.HTTPException, Refused) as problem:
        sys.exit(f"No answer from {url} ({problem}): is `make run` running?")
    screen = Screen(hotel["name"])
    replies = queue.Queue()
    threading.Thread(target=listen, args=(gateway, screen, replies), daemon=True).start()
    if sys.stdin.isatty():
        print("Write to the hotel; a number taps a choice, Ctrl-D ends.\n")
    for line in sys.stdin:
        words = line.strip()
        if not words:
            continue
        screen.heard(words)
        tapped = screen.choices[int(words) - 1] if words.isascii() and words.isdigit() and 0 < int(words) <= len(screen.choices) else None
        try:
            gateway.send({"button_id": tapped["id"], "text": tapped["title"]} if tapped else {"text": words})
        except (OSError, http.client.HTTPException, Refused) as problem:
            sys.exit(f"It could not be sent: {problem}")
        if not sys.stdin.isatty():
            wait_for_reply(replies)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
