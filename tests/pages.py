"""Reading a page as a person would: its words, without the markup around them."""

from bs4 import BeautifulSoup


def page(response):
    return BeautifulSoup(response.content, "html.parser")


def words(tag):
    return " ".join(tag.get_text(" ").split())


def texts(soup, selector):
    return [words(tag) for tag in soup.select(selector)]
