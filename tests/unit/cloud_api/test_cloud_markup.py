import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cloud_api import markup

ALLOWED = {"b", "i", "s", "code", "pre", "blockquote", "ul", "ol", "li", "br", "a"}


class Reader(HTMLParser):
    """Reads HTML as a browser does and complains about everything that to_html must not produce."""

    def __init__(self, html):
        super().__init__()
        self.text, self.open = [], []
        self.feed(html)
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag, attrs):
        assert tag in ALLOWED, tag
        values = dict(attrs)
        if tag == "a":
            assert set(values) == {"href", "target", "rel"} and re.match(r"https?://", values["href"], re.I)
        elif tag == "ol":
            assert not values or values["start"].isdigit()
        else:
            assert not values
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def html(text):
    found = markup.to_html(text)
    Reader(found)
    return found


@pytest.mark.parametrize(
    "text, expected",
    [
        ("plain", "plain"),
        ("", ""),
        ("*b*", "<b>b</b>"),
        ("_i_", "<i>i</i>"),
        ("~s~", "<s>s</s>"),
        ("`c`", "<code>c</code>"),
        ("```m```", "<code>m</code>"),
        ("a *b c* d", "a <b>b c</b> d"),
        ("*_~x~_*", "<b><i><s>x</s></i></b>"),
        ("(*b*), _i_!", "(<b>b</b>), <i>i</i>!"),
        ("*a* and *b*", "<b>a</b> and <b>b</b>"),
        ("*é*", "<b>é</b>"),
        ("*👍*", "<b>👍</b>"),
        # marks that do not format
        ("2*3*4", "2*3*4"),
        ("snake_case_name", "snake_case_name"),
        ("* a*", "<ul><li>a*</li></ul>"),
        ("x * a *", "x * a *"),
        ("*a", "*a"),
        ("a*", "a*"),
        ("**", "**"),
        ("****", "****"),
        ("**b**", "*<b>b</b>*"),
        ("*a\nb*", "*a<br>b*"),
        ("~/home and ~/etc", "~/home and ~/etc"),
        ("*a _b* c_", "<b>a _b</b> c_"),
        # code keeps marks
        ("`*b*`", "<code>*b*</code>"),
        ("```*b* `x` <i>```", "<code>*b* `x` &lt;i&gt;</code>"),
        ("`a", "`a"),
        ("``", "``"),
        ("```a", "```a"),
        ("``````", "``````"),
        ("*`a`*", "<b><code>a</code></b>"),
        # lines and blocks
        ("a\nb", "a<br>b"),
        ("a\n\nb", "a<br><br>b"),
        ("a\r\nb\rc", "a<br>b<br>c"),
        ("> q", "<blockquote>q</blockquote>"),
        ("> q\n> *r*\na", "<blockquote>q<br><b>r</b></blockquote>a"),
        (">q", "&gt;q"),
        ("- a\n- *b*", "<ul><li>a</li><li><b>b</b></li></ul>"),
        ("* a\n* b", "<ul><li>a</li><li>b</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("3. c\n4. d", '<ol start="3"><li>c</li><li>d</li></ol>'),
        ("1. a\n7. b", '<ol><li>a</li></ol><ol start="7"><li>b</li></ol>'),
        ("2026. x", "2026. x"),
        ("1.5 kg", "1.5 kg"),
        ("-5", "-5"),
        ("a\n- b\nc", "a<ul><li>b</li></ul>c"),
        ("a\n\n- b", "a<br><br><ul><li>b</li></ul>"),
        ("x\n```a\nb```\ny", "x<pre>a\nb</pre>y"),
        ("```\na\nb\n```", "<pre>a\nb</pre>"),
        # spaces
        ("a  b", "a \u00a0b"),
        (" a", "\u00a0a"),
        ("a\n b", "a<br>\u00a0b"),
        # nothing gets through
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("a & b \"c\" 'd'", "a &amp; b &quot;c&quot; &#x27;d&#x27;"),
        ("*<b>*", "<b>&lt;b&gt;</b>"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("a\0b", "ab"),
        ("a\x01b\x01c", "abc"),
    ],
)
def test_formatting(text, expected):
    assert html(text) == expected


@pytest.mark.parametrize(
    "text, url, rest",
    [
        ("https://x.example", "https://x.example", ""),
        ("see https://x.example/a_b_c?d=1&e=2.", "https://x.example/a_b_c?d=1&amp;e=2", "."),
        ("(https://x.example/a)", "https://x.example/a", ")"),
        ("https://x.example/a_(b)", "https://x.example/a_(b)", ""),
        ("HTTP://X.example/é", "HTTP://X.example/é", ""),
        ("https://x.example/*a*", "https://x.example/*a", "*"),
        ('https://x.example/"onclick=1', "https://x.example/", "&quot;onclick=1"),
        ("https://x.example/<b>", "https://x.example/", "&lt;b&gt;"),
    ],
)
def test_links(text, url, rest):
    found = html(text)
    assert (
        f'<a href="{url}" target="_blank" rel="noreferrer noopener">{url}</a>{rest}' in found
        and found.count("<a ") == 1
    )


@pytest.mark.parametrize(
    "text", ["https://", "http://.", "xhttps://a.b", "ftp://a.b", "javascript:https", "data:text/html,x", "https:// a"]
)
def test_what_is_no_link(text):
    assert "<a" not in html(text)


MARKED = st.lists(
    st.sampled_from(
        list("*_~`>-1.\n \t<&\"'ab\u00e9👍\x01\0\r/:") + ["```", "https://a.b", "> ", "- ", "1. ", "\ud800"]
    ),
    max_size=40,
).map("".join)


@given(MARKED | st.text())
@settings(max_examples=500)
@example("*a `b* c`")
def test_every_text_gives_safe_html_with_its_own_text(text):
    found = markup.to_html(text)
    reader = Reader(found)
    shown = "".join(reader.text)
    marks = re.compile(r"[\s*_~`>\u00a0\x00\x01.\-0-9]")
    assert marks.sub("", shown) == marks.sub("", text)


PLAIN = st.text(
    alphabet=st.characters(
        codec="utf-8", exclude_characters="*_~`\0\x01\r\u00a0", exclude_categories=["Zs", "Zl", "Zp", "Cc"]
    )
    | st.sampled_from(" \n")
)


STRUCTURED = st.lists(
    st.sampled_from(
        ["- ", "> ", "1. ", "2. ", "3.", "\n", "\n\n", " ", "a", "b", "<", "&", "(", ")", "https://a.b/c", ":"]
    ),
    max_size=20,
).map("".join)


def normal(text):
    return "\n".join(line.rstrip(" ") for line in text.split("\n")).strip()


@given(PLAIN | STRUCTURED)
@settings(max_examples=1000)
def test_plain_text_comes_back_unchanged(text):
    assert markup.from_html(markup.to_html(text)) == normal(text)


@pytest.mark.parametrize(
    "text",
    [
        "*bold* _it_ ~s~ `code`",
        "*_both_*",
        "a\n> q\n> r\nb",
        "- a\n- *b*\n- c",
        "1. a\n2. b\nend",
        "3. c\n4. d",
        "a\n\n\nb",
        "see https://x.example/a?b=1&c=2 now",
        "```a\n  b\n\nc```",
        "x\n```a\nb```\ny",
        "a\n\n- b\n\nc",
        "2*3*4 <b> & c",
        "> q\n\n> r",
        "*a*\n*b*",
        "a  b   c",
        "- a\n1. b\n> c",
    ],
)
def test_formatted_text_comes_back_unchanged(text):
    assert markup.from_html(html(text)) == text


@given(MARKED)
@settings(max_examples=300)
def test_coming_back_settles_and_never_fails(text):
    once = markup.from_html(markup.to_html(text))
    assert isinstance(once, str) and "\u00a0" not in once


@pytest.mark.parametrize(
    "source, expected",
    [
        ("", ""),
        ("<p></p>", ""),
        ("<p><br></p>", ""),
        ("hello", "hello"),
        ("<p>Hello</p>", "Hello"),
        ("a<br/>b", "a\nb"),
        ("<p>a</p><p>b</p>", "a\nb"),
        ("<p>a</p><p><br></p><p>b</p>", "a\n\nb"),
        ("<p>a<br></p><p>b</p>", "a\nb"),
        ("<div>a<div>b</div>c</div>", "a\nb\nc"),
        ("<p>a\n  b</p>\n<p>c</p>", "a b\nc"),
        ("a&nbsp;&nbsp;b", "a  b"),
        ("<strong>a</strong> <em>b</em> <del>c</del>", "*a* _b_ ~c~"),
        ("<b>a </b>b", "*a* b"),
        ("a<b> b</b>", "a *b*"),
        ("<b> </b>x", " x".strip()),
        ("<b>a<br>b</b>", "*a*\n*b*"),
        ("<b><strong>a</strong></b>", "*a*"),
        ("<b>a<i>b</i></b>", "*a_b_*"),
        ("<b><p>a</p><p>b</p></b>", "*a*\n*b*"),
        ("<code>x*y</code>", "`x*y`"),
        ("<pre>a\n  b</pre>", "```a\n  b```"),
        ("<code><b>x</b></code>", "`x`"),
        ("<ul><li>a</li><li><p>b</p></li></ul>", "- a\n- b"),
        ("<ol><li>a</li><li>b</li></ol>c", "1. a\n2. b\nc"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "- a\n- b"),
        ("<blockquote><p>a</p><p>b</p></blockquote>c", "> a\n> b\nc"),
        ('<a href="https://x.example">https://x.example</a>', "https://x.example"),
        ('<a href="https://x.example/">x.example</a>', "https://x.example/"),
        ('<a href="https://x.example/a">here</a>', "here (https://x.example/a)"),
        ('<a href="https://x.example/a"></a>', "https://x.example/a"),
        ('<a href="mailto:a@x.example">a@x.example</a>', "a@x.example"),
        ('<a href="javascript:alert(1)">x</a>', "x"),
        ('<a href="#">x</a>', "x"),
        ('<a class="o_mail_redirect" href="https://odoo.example" data-oe-id="3">@Ana</a> hi', "@Ana hi"),
        ('<a class="o_channel_redirect" href="https://odoo.example">#general</a>', "#general"),
        ("<p>a<img src='x.png' alt='picture'>b</p>", "ab"),
        ("<img alt='👍'>", "👍"),
        ("<script>x</script>a<style>b</style>", "a"),
        ("&lt;b&gt; &amp; &#x27;", "<b> & '"),
        ("<h1>T</h1><p>a</p>", "T\na"),
        ("a<hr>b", "a\nb"),
        ("<!-- c -->a", "a"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("a<unknown>b</unknown>", "ab"),
        ("<b>never closed", "*never closed*"),
        ("</b></p>a", "a"),
        ("<p><b>a</p>b", "*a*\nb"),
        ("<li>alone</li>", "- alone"),
    ],
)
def test_html_of_editors_becomes_text(source, expected):
    assert markup.from_html(source) == expected


@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<b>",
                "</b>",
                "<i>",
                "</i>",
                "<br>",
                "<ul>",
                "</ul>",
                "<li>",
                "</li>",
                "<pre>",
                "</pre>",
                "<code>",
                "</code>",
                "<blockquote>",
                "</blockquote>",
                '<a href="https://x.y">',
                "</a>",
                "<ol start='x'>",
                "</ol>",
                "<script>",
                "</script>",
                "a",
                " ",
                "&nbsp;",
                "<",
                "&",
                "\n",
                "<img alt='😀'>",
                "<td>",
                "</td>",
                "</svg>",
            ]
        ),
        max_size=40,
    ).map("".join)
    | st.text()
)
@settings(max_examples=500)
def test_any_html_gives_text(source):
    assert isinstance(markup.from_html(source), str)


# -- time


@pytest.mark.parametrize(
    "unit",
    [
        "*",
        "_a",
        "*a ",
        "a* ",
        "`",
        "` ",
        "```",
        "``` ",
        "```a```",
        "```a\n```",
        "https://",
        "https://a.b ",
        "https://a.b/" + ")" * 50 + " ",
        "> ",
        "> \n",
        "- a\n",
        "1. a\n",
        "*_~",
        "<",
        "&",
        " ",
        "\n",
        "h",
        "[",
        "((",
        "a\u0300",
        "*a* ",
        "_*~a~*_ ",
        "`a` ",
    ],
)
def test_time_grows_with_the_length_and_not_faster(unit):
    small, large = (unit * (size // len(unit)) for size in (20_000, 160_000))

    def cost(text):
        best = float("inf")
        for _ in range(3):
            start = time.perf_counter()
            markup.to_html(text)
            best = min(best, time.perf_counter() - start)
        return best

    assert cost(large) < 8 * 4 * cost(small) + 0.05


@pytest.mark.parametrize(
    "unit",
    [
        "<b>",
        "<b>a</b>",
        "<ul><li>",
        "<p>a</p>",
        "<pre>a</pre>",
        "<pre>\n",
        "a<br>",
        "<a href='https://x.y'>b</a>",
        "<i><br>",
    ],
)
def test_reading_html_takes_time_by_length(unit):
    start = time.perf_counter()
    markup.from_html(unit * (100_000 // len(unit)))
    assert time.perf_counter() - start < 3


# -- splitting


def test_a_short_text_is_one_message():
    assert (
        markup.split("hello\n\nworld") == ["hello\n\nworld"] and markup.split("") == [] and markup.split(" \n ") == []
    )


def test_cuts_are_at_paragraphs_then_lines_then_words():
    assert markup.split("a" * 12 + "\n\n" + "b" * 5 + "\n" + "c" * 5, 20) == ["a" * 12, "bbbbb\nccccc"]
    assert markup.split("a" * 12 + "\n" + "b c " * 4, 20) == ["a" * 12, "b c b c b c b c"]
    assert markup.split("word " * 8, 20) == ["word word word word", "word word word word"]
    assert markup.split("x" * 50, 20) == ["x" * 20, "x" * 20, "x" * 10]


def test_an_emoji_is_not_torn_apart():
    family = "👨\u200d👩\u200d👧"
    parts = markup.split("a" * 17 + family + "b" * 10, 20)
    assert parts[0] == "a" * 17 and parts[1].startswith(family)


def test_too_small_limits_are_refused():
    with pytest.raises(ValueError):
        markup.split("a", 3)


@given(st.text(alphabet="ab \n\u200d👍\u0301", max_size=400), st.integers(16, 60))
@settings(max_examples=300)
def test_parts_fit_and_nothing_but_space_is_lost(text, limit):
    parts = markup.split(text, limit)
    assert all(part.strip() and len(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
