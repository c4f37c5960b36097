/** Building blocks: elements, icons, avatars. Text always goes in as text, never as HTML. */

/**
 * Make an element.
 * @param {string} tag "div", or "div.some.classes"
 * @param {Object} [props] attributes; on* are listeners, "text" is text content, falsy ones are left out
 * @param {...(Node|string|Array|null)} children
 * @returns {HTMLElement}
 */
export function h(tag, props, ...children) {
    const [name, ...classes] = tag.split(".");
    const node = document.createElement(name);
    if (classes.length) {
        node.className = classes.join(" ");
    }
    for (const [key, value] of Object.entries(props || {})) {
        if (value === null || value === undefined || value === false) {
            continue;
        }
        if (key.startsWith("on")) {
            node.addEventListener(key.slice(2), value);
        } else if (key === "text") {
            node.textContent = value;
        } else if (key === "class") {
            node.className += ` ${value}`;
        } else if (key === "style") {
            node.style.cssText = value;
        } else {
            node.setAttribute(key, value === true ? "" : value);
        }
    }
    append(node, children);
    return node;
}

function append(node, children) {
    for (const child of children.flat(5)) {
        if (child !== null && child !== undefined && child !== false) {
            node.append(child);
        }
    }
}

const PATHS = {
    back: "M15 5l-7 7 7 7",
    plus: "M12 5v14M5 12h14",
    send: "M4 12l16-8-6 16-3-7z",
    mic: "M12 4a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V7a3 3 0 0 1 3-3zM6 11v1a6 6 0 0 0 12 0v-1M12 18v3",
    smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5v.5M15 9.5v.5",
    photo: "M4 6h16v12H4zM4 15l4-4 4 4 3-3 5 5M15.5 9.5v.01",
    file: "M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5",
    pin: "M12 21s7-6.2 7-11a7 7 0 0 0-14 0c0 4.8 7 11 7 11zM12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
    person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20a7.5 7.5 0 0 1 15 0",
    close: "M6 6l12 12M18 6L6 18",
    reply: "M10 7L5 12l5 5M5 12h8a6 6 0 0 1 6 6",
    copy: "M9 9h11v11H9zM15 9V4H4v11h5",
    play: "M8 5l11 7-11 7z",
    pause: "M8 5v14M16 5v14",
    link: "M14 5h5v5M19 5l-8 8M17 14v5H5V7h5",
    phone: "M6 4h4l2 5-2.5 1.5a11 11 0 0 0 4 4L15 12l5 2v4a2 2 0 0 1-2 2A14 14 0 0 1 4 6a2 2 0 0 1 2-2z",
    list: "M8 7h12M8 12h12M8 17h12M4 7v.01M4 12v.01M4 17v.01",
    search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l4 4",
    theme: "M12 4a8 8 0 1 0 8 8 6 6 0 0 1-8-8z",
    trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
    down: "M6 10l6 6 6-6",
    lock: "M7 11h10v9H7zM9 11V8a3 3 0 0 1 6 0v3",
    form: "M6 4h12v16H6zM9 9h6M9 13h6M9 17h3",
    more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
    warn: "M12 4l9 16H3zM12 10v4M12 17v.01",
    check: "M5 12.5l4.5 4.5L19 7",
};

/** An icon drawn with lines in the current colour. */
export function icon(name, size = 22) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const attributes = {
        viewBox: "0 0 24 24",
        width: size,
        height: size,
        fill: "none",
        stroke: "currentColor",
        "stroke-width": name === "more" ? 3 : 1.8,
        "stroke-linecap": "round",
        "stroke-linejoin": "round",
        "aria-hidden": "true",
    };
    for (const [key, value] of Object.entries(attributes)) {
        svg.setAttribute(key, value);
    }
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", PATHS[name]);
    if (name === "play" || name === "send") {
        path.setAttribute("fill", "currentColor");
    }
    svg.append(path);
    return svg;
}

/** One, two or two coloured ticks. */
export function ticks(status) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const double = status === "delivered" || status === "read" || status === "played";
    svg.setAttribute("viewBox", "0 0 20 12");
    svg.setAttribute("class", `ticks ${status}`);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", status);
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute(
        "d",
        double ? "M1.5 6.5l3.5 3.5 7-8M8.5 9.2l1 .8 8-8.5" : "M4.5 6.5l3.5 3.5 7-8",
    );
    svg.append(path);
    return svg;
}

/** A round picture with initials; the colour comes from the name. */
export function avatar(name, className = "") {
    const words = (name || "?")
        .replace(/^[@+]/, "")
        .split(/[\s.]+/)
        .filter(Boolean);
    const ends = words.length > 1 ? [words[0], words[words.length - 1]] : words;
    const initials =
        ends
            .map((word) => [...word][0])
            .join("")
            .toUpperCase() || "?";
    let hue = 2166136261;
    for (const char of name || "") {
        hue = Math.imul(hue ^ char.codePointAt(0), 16777619) >>> 0;
    }
    hue = (hue >>> 8) % 360;
    return h(
        "span.avatar",
        { class: className, style: `--hue:${hue}`, "aria-hidden": "true" },
        initials,
    );
}

/** A button with an icon and a label for screen readers. */
export function iconButton(name, label, onclick, className = "") {
    return h(
        "button.icon-button",
        { type: "button", title: label, "aria-label": label, onclick, class: className },
        icon(name),
    );
}

/** Show a short notice. */
export function toast(text, kind = "") {
    const node = h(
        "div.toast",
        { class: kind },
        kind === "error" ? icon("warn", 18) : null,
        h("span", { text }),
    );
    document.querySelector(".toasts").append(node);
    setTimeout(() => node.classList.add("leaving"), 4500);
    setTimeout(() => node.remove(), 5000);
}
