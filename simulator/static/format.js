/** WhatsApp's text formatting as elements, and times as people read them. */

import { h } from "./dom.js";

const INLINE = [
    { open: "```", tag: "code" },
    { open: "`", tag: "code" },
    { open: "*", tag: "strong" },
    { open: "_", tag: "em" },
    { open: "~", tag: "s" },
];
const LINK = /^https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]'*_~]/i;
const isWord = (char) => Boolean(char) && /[\p{L}\p{N}]/u.test(char);

/** Parse one line into nodes. */
function inline(text) {
    const nodes = [];
    let plain = "";
    const flush = () => {
        if (plain) {
            nodes.push(document.createTextNode(plain));
            plain = "";
        }
    };
    let position = 0;
    while (position < text.length) {
        const rest = text.slice(position);
        const link = !isWord(text[position - 1]) && LINK.exec(rest);
        if (link) {
            flush();
            nodes.push(
                h("a", {
                    href: link[0],
                    target: "_blank",
                    rel: "noopener noreferrer",
                    text: link[0],
                }),
            );
            position += link[0].length;
            continue;
        }
        const mark = INLINE.find(({ open }) => rest.startsWith(open));
        const end = mark && !isWord(text[position - 1]) ? closing(text, position, mark.open) : -1;
        if (end < 0) {
            plain += text[position];
            position += 1;
            continue;
        }
        flush();
        const inner = text.slice(position + mark.open.length, end);
        nodes.push(h(mark.tag, {}, mark.tag === "code" ? inner : inline(inner)));
        position = end + mark.open.length;
    }
    flush();
    return nodes;
}

/** Where the mark that opens at `start` closes, or -1. */
function closing(text, start, mark) {
    const from = start + mark.length;
    if (!text[from] || /\s/.test(text[from])) {
        return -1;
    }
    let end = text.indexOf(mark, from + 1);
    while (end > 0) {
        if (!/\s/.test(text[end - 1]) && !isWord(text[end + mark.length])) {
            return end;
        }
        end = text.indexOf(mark, end + 1);
    }
    return -1;
}

/**
 * Format a message text.
 * @param {string} text
 * @returns {Node[]}
 */
export function format(text) {
    const nodes = [];
    const parts = text.split(/```([\s\S]+?)```/);
    parts.forEach((part, index) => {
        if (index % 2) {
            nodes.push(h("pre", { text: part.replace(/^\n|\n$/g, "") }));
        } else if (part) {
            // a code block is a block: the line breaks that touch it show no empty line
            const trimmed = part
                .replace(index ? /^\n/ : /^$/, "")
                .replace(index < parts.length - 1 ? /\n$/ : /^$/, "");
            nodes.push(...(trimmed ? lines(trimmed) : []));
        }
    });
    return nodes;
}

function lines(text) {
    const nodes = [];
    let block = null;
    text.split("\n").forEach((line, index, all) => {
        const quote = /^> ?(.*)/.exec(line);
        const bullet = /^[-*] (.+)/.exec(line);
        const ordered = /^(\d{1,3})\. (.+)/.exec(line);
        const kind = quote ? "blockquote" : bullet ? "ul" : ordered ? "ol" : null;
        if (!kind) {
            const after = block;
            block = null;
            if (index && !after) {
                nodes.push(h("br"));
            }
            nodes.push(...inline(line));
            return;
        }
        if (!block || block.tagName.toLowerCase() !== kind) {
            block = h(kind, kind === "ol" ? { start: ordered[1] } : {});
            nodes.push(block);
        } else if (kind === "blockquote") {
            block.append(h("br"));
        }
        if (kind === "blockquote") {
            block.append(...inline(quote[1]));
        } else {
            block.append(h("li", {}, inline(bullet ? bullet[1] : ordered[2])));
        }
    });
    return nodes;
}

/** True when a text is one to three emoji and nothing else: shown large. */
export function isJumbo(text) {
    const compact = text.replace(/\s/g, "");
    return (
        compact.length <= 24 &&
        /^(\p{Extended_Pictographic}(\p{Emoji_Modifier}|\uFE0F|\u200D\p{Extended_Pictographic})*){1,3}$/u.test(
            compact,
        )
    );
}

const day = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long" });
const shortDay = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** "14:05" */
export const time = (at) => clock.format(new Date(at * 1000));

/** "Today", "Yesterday" or "Monday, 3 March" */
export function dayName(at) {
    const days = daysAgo(at);
    return days === 0 ? "Today" : days === 1 ? "Yesterday" : day.format(new Date(at * 1000));
}

/** Time for today, else a short date. */
export function when(at) {
    const days = daysAgo(at);
    return days === 0 ? time(at) : days === 1 ? "Yesterday" : shortDay.format(new Date(at * 1000));
}

function daysAgo(at) {
    const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
    return Math.round((midnight(new Date()) - midnight(new Date(at * 1000))) / 86400000);
}

/** "0:07" */
export const duration = (seconds) =>
    `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** "12 KB" */
export function size(bytes) {
    if (!bytes) {
        return "";
    }
    return bytes < 1024
        ? `${bytes} B`
        : bytes < 1048576
          ? `${Math.round(bytes / 1024)} KB`
          : `${(bytes / 1048576).toFixed(1)} MB`;
}

/** "+880 1700 000001" */
export function phone(digits) {
    const found = /^(880|1|44|91|34|49|33|55|971)?(\d{3,4})?(\d{3,})$/.exec(digits || "");
    return found && found[1]
        ? `+${found[1]} ${found[2] || ""} ${found[3]}`.replace(/\s+/g, " ")
        : `+${digits}`;
}
