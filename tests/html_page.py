"""Page: what the tests of HTML reports look for in one."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """Tags with their attributes, the text of the page, and the content of its scripts."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text, self.scripts, self.raw = [], [], [], None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.raw = tag if tag in ("script", "style") else None
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        self.raw = None

    def handle_data(self, data):
        if self.raw == "script":
            self.scripts[-1] += data
        elif self.raw is None:
            self.text.append(data)

    def find(self, name, **wanted):
        return [a for tag, a in self.tags if tag == name and wanted.items() <= a.items()]

    @property
    def words(self):
        return " ".join(" ".join(self.text).split())
