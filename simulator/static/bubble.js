/** One message as a bubble. */

import { avatar, h, icon, ticks } from "./dom.js";
import { duration, format, isJumbo, phone, size, time } from "./format.js";
import { lightbox } from "./sheets.js";

/**
 * Draw a message.
 * @param {Object} message as the server sends it (see rendering.py)
 * @param {Object} actions {press(message, index), list(message), menu(message, node), played(message), jump(wamid)}
 * @returns {HTMLElement}
 */
export function bubble(message, actions) {
    if (message.status === "failed" && !message.mine) {
        const { code, title } = message.error || { code: "", title: "not delivered" };
        return h(
            "div.notice",
            { "data-wamid": message.wamid },
            icon("warn", 15),
            h("span", { text: `A message of the business did not arrive: ${code} ${title}` }),
        );
    }
    const text = message.text || "";
    const jumbo = message.type === "text" && isJumbo(text);
    const body = h("div.bubble", {
        class: [
            message.mine ? "mine" : "theirs",
            jumbo && "jumbo",
            message.media && message.media.kind === "sticker" && "bare",
        ]
            .filter(Boolean)
            .join(" "),
    });
    if (message.forwarded) {
        body.append(h("div.forwarded", { text: "Forwarded" }));
    }
    if (message.quote) {
        body.append(
            h(
                "button.quote",
                { type: "button", onclick: () => actions.jump(message.quote.wamid) },
                h("b", { text: message.quote.mine ? "You" : actions.business }),
                h("span", { text: message.quote.text }),
            ),
        );
    }
    body.append(...header(message.header, message, actions));
    if (message.media) {
        body.append(media(message.media, message, actions));
    }
    if (message.location) {
        body.append(place(message.location));
    }
    if (message.contacts) {
        body.append(...message.contacts.map(card));
    } else if (text) {
        body.append(h("div.text", {}, format(text)));
    }
    if (message.footer) {
        body.append(h("div.footer", { text: message.footer }));
    }
    const edited = message.edited ? "Edited " : "";
    body.append(
        h("span.meta", {}, edited, time(message.at), message.mine ? ticks(message.status) : null),
    );
    if (message.buttons) {
        body.append(buttons(message, actions));
    }
    const react = h(
        "button.react",
        {
            type: "button",
            title: "React or reply",
            "aria-label": "React or reply",
            onclick: () => actions.menu(message, row),
        },
        icon("smile", 18),
    );
    const row = h(
        "div.row",
        { class: message.mine ? "mine" : "theirs", "data-wamid": message.wamid },
        h("div.column", {}, body, reactions(message)),
        react,
    );
    hold(row, () => actions.menu(message, row));
    return row;
}

/** The reactions under a bubble. */
export function reactions(message) {
    const found = Object.values(message.reactions || {}).filter(Boolean);
    return h(
        "span.reactions",
        { hidden: !found.length },
        [...new Set(found)].join(""),
        found.length > 1 ? ` ${found.length}` : "",
    );
}

/** Long press, or right click. */
function hold(node, action) {
    let timer = null;
    const stop = () => clearTimeout(timer);
    node.addEventListener("pointerdown", (event) => {
        if (event.pointerType === "touch" && !event.target.closest("button, a, input")) {
            timer = setTimeout(action, 450);
        }
    });
    for (const name of ["pointerup", "pointercancel", "pointermove", "pointerleave"]) {
        node.addEventListener(name, stop);
    }
    node.addEventListener("contextmenu", (event) => {
        if (!event.target.closest("a, img")) {
            event.preventDefault();
            action();
        }
    });
}

function header(value, message, actions) {
    if (!value) {
        return [];
    }
    if (value.media) {
        return [media(value.media, message, actions)];
    }
    if (value.location) {
        return [place(value.location)];
    }
    return value.text ? [h("div.heading", { text: value.text })] : [];
}

function media(value, message, actions) {
    const failed = (label) => h("div.broken", {}, icon("photo", 26), h("span", { text: label }));
    if (value.kind === "image" || value.kind === "sticker") {
        if (!value.url) {
            return failed("Photo");
        }
        const image = h("img", {
            src: value.url,
            alt: message.text || value.kind,
            loading: "lazy",
        });
        const frame = h(
            "button.picture",
            {
                type: "button",
                class: value.kind,
                "aria-label": "Open the picture",
                onclick: () => lightbox(value.url),
            },
            image,
        );
        image.addEventListener("error", () => frame.replaceWith(failed("Photo from a link")));
        return frame;
    }
    if (value.kind === "video") {
        return h("video.picture", {
            src: value.url,
            controls: true,
            preload: "metadata",
            playsinline: true,
        });
    }
    if (value.kind === "audio") {
        return player(value, message, actions);
    }
    const name = value.filename || "Document";
    const extension = (
        name.includes(".") ? name.split(".").pop() : (value.mime || "").split("/").pop() || "file"
    ).slice(0, 4);
    return h(
        "a.document",
        {
            href: value.url,
            target: "_blank",
            rel: "noopener noreferrer",
            download: value.url && value.url.startsWith("/") ? name : null,
        },
        h("span.extension", { text: extension.toUpperCase() }),
        h(
            "span.document-name",
            {},
            h("b", { text: name }),
            h("small", { text: size(value.size) || "Document" }),
        ),
    );
}

/** A player with bars; their heights come from the message id, so that they stay the same. */
function player(value, message, actions) {
    const audio = new Audio(value.url || "");
    audio.preload = "metadata";
    const clock = h("span.length", { text: "0:00" });
    const bars = h("span.bars", { "aria-hidden": "true" });
    let seed = 7;
    for (let i = 0; i < 34; i++) {
        seed = (seed * 31 + message.wamid.charCodeAt(message.wamid.length - 1 - (i % 24))) % 997;
        bars.append(h("i", { style: `height:${18 + (seed % 10) * 8}%` }));
    }
    const button = h(
        "button.play",
        { type: "button", "aria-label": "Play or pause" },
        icon("play", 22),
    );
    const show = () => {
        const length = Number.isFinite(audio.duration) ? audio.duration : 0;
        clock.textContent = duration(
            audio.paused && !audio.currentTime ? length : audio.currentTime,
        );
        const share = length ? audio.currentTime / length : 0;
        [...bars.children].forEach((bar, index) => bar.classList.toggle("on", index / 34 < share));
    };
    button.addEventListener("click", () =>
        audio.paused ? audio.play().catch(() => {}) : audio.pause(),
    );
    audio.addEventListener("play", () => {
        button.replaceChildren(icon("pause", 22));
        actions.played(message);
    });
    for (const name of ["pause", "ended"]) {
        audio.addEventListener(name, () => button.replaceChildren(icon("play", 22)));
    }
    for (const name of ["timeupdate", "loadedmetadata", "ended"]) {
        audio.addEventListener(name, show);
    }
    return h(
        "div.player",
        { class: value.voice ? "voice" : "" },
        button,
        bars,
        clock,
        value.voice ? h("span.voice-mark", {}, icon("mic", 16)) : null,
    );
}

function place(location) {
    const { latitude, longitude, name, address } = location || {};
    const href = `https://www.openstreetmap.org/?mlat=${encodeURIComponent(latitude)}&mlon=${encodeURIComponent(longitude)}#map=16/${latitude}/${longitude}`;
    return h(
        "a.place",
        { href, target: "_blank", rel: "noopener noreferrer" },
        h(
            "span.map",
            {
                style: `--x:${(Math.abs(longitude) * 1000) % 60}px;--y:${(Math.abs(latitude) * 1000) % 60}px`,
            },
            icon("pin", 34),
        ),
        h(
            "span.place-name",
            {},
            h("b", { text: name || "Location" }),
            h("small", {
                text: address || `${Number(latitude).toFixed(5)}, ${Number(longitude).toFixed(5)}`,
            }),
        ),
    );
}

function card(contact) {
    const name = (contact.name && contact.name.formatted_name) || "Contact";
    const first = (contact.phones || [])[0];
    return h(
        "div.card",
        {},
        avatar(name),
        h(
            "span",
            {},
            h("b", { text: name }),
            h("small", { text: first ? first.phone || phone(first.wa_id) : "No number" }),
        ),
    );
}

const BUTTON_ICONS = {
    reply: "reply",
    list: "list",
    url: "link",
    phone: "phone",
    copy: "copy",
    flow: "form",
    location: "pin",
    contact: "person",
};

function buttons(message, actions) {
    const all = message.buttons.map((button, index) => {
        const props = {
            type: "button",
            class: `kind-${button.kind}`,
            onclick: () => actions.press(message, index),
        };
        if (
            button.kind === "none" ||
            (message.answered && ["reply", "list"].includes(button.kind))
        ) {
            props.disabled = true;
        }
        return h(
            "button.action",
            props,
            BUTTON_ICONS[button.kind] ? icon(BUTTON_ICONS[button.kind], 17) : null,
            h("span", { text: button.title }),
        );
    });
    if (all.length <= 3) {
        return h("div.actions", {}, all);
    }
    const more = h(
        "button.action",
        { type: "button", onclick: () => more.replaceWith(...all.slice(2)) },
        icon("list", 17),
        h("span", { text: "See all options" }),
    );
    return h("div.actions", {}, all.slice(0, 2), more);
}
