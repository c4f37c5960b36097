/** WhatsApp's marks, and the keys that set them (with Ctrl, or Cmd on a Mac). */
export const MARKS = {
    bold: { mark: "*", key: "b", shift: false },
    italic: { mark: "_", key: "i", shift: false },
    strike: { mark: "~", key: "x", shift: true },
    mono: { mark: "```", key: "m", shift: true },
};

/**
 * Set a mark around what is selected, or take it away where it is. Space at the ends stays outside: WhatsApp takes a
 * mark only next to a word.
 *
 * @param {string} text
 * @param {number} start of the selection
 * @param {number} end of the selection
 * @param {string} mark
 * @returns {{text: string, start: number, end: number}}
 */
export function toggleMark(text, start, end, mark) {
    const selected = text.slice(start, end);
    if (selected.trim()) {
        start += selected.length - selected.trimStart().length;
        end -= selected.length - selected.trimEnd().length;
    }
    const size = mark.length;
    const hasMarkAround =
        text.slice(Math.max(0, start - size), start) === mark &&
        text.slice(end, end + size) === mark;
    if (hasMarkAround) {
        return {
            text: text.slice(0, start - size) + text.slice(start, end) + text.slice(end + size),
            start: start - size,
            end: end - size,
        };
    }
    const inner = text.slice(start, end);
    if (inner.length >= 2 * size && inner.startsWith(mark) && inner.endsWith(mark)) {
        const bare = inner.slice(size, inner.length - size);
        return {
            text: text.slice(0, start) + bare + text.slice(end),
            start,
            end: start + bare.length,
        };
    }
    return {
        text: text.slice(0, start) + mark + inner + mark + text.slice(end),
        start: start + size,
        end: end + size,
    };
}

/**
 * @param {KeyboardEvent} ev
 * @returns {string|undefined} name of the mark that the key sets
 */
export function markOfKey(ev) {
    if (!(ev.ctrlKey || ev.metaKey) || ev.altKey) {
        return undefined;
    }
    const key = ev.key.toLowerCase();
    return Object.keys(MARKS).find(
        (name) => MARKS[name].key === key && MARKS[name].shift === ev.shiftKey,
    );
}

/** @returns {string[]} what is still written in double braces, such as a variable that has no value */
export function leftOver(text) {
    return text.match(/\{\{[^{}\n]{0,80}\}\}/g) ?? [];
}
