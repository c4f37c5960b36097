/** Things that come up from below inside the phone: forms, lists, pickers, pictures. */

import { avatar, h, icon, iconButton } from "./dom.js";
import { phone as showPhone } from "./format.js";

const overlay = () => document.querySelector(".overlay");
let opener = null;

/** Close whatever is open. */
export function closeSheet() {
    const node = overlay();
    if (!node.hidden) {
        node.hidden = true;
        node.replaceChildren();
        if (opener && opener.isConnected) {
            opener.focus({ preventScroll: true });
        }
    }
}

function open(content, className = "") {
    const node = overlay();
    opener = document.activeElement;
    node.className = `overlay ${className}`;
    node.replaceChildren(content);
    node.hidden = false;
    node.onclick = (event) => {
        // a handler that returned false would cancel the submit inside
        if (event.target === node) {
            closeSheet();
        }
    };
    const first =
        content.querySelector("[data-first]") || content.querySelector("input, textarea, button");
    if (first) {
        first.focus({ preventScroll: true });
    }
}

document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
        closeSheet();
    }
});

/** A sheet with a title. */
export function sheet(title, ...children) {
    const node = h(
        "section.sheet",
        { role: "dialog", "aria-label": title },
        h("header", {}, h("h2", { text: title }), iconButton("close", "Close", closeSheet)),
        h("div.sheet-body", {}, children),
    );
    open(node);
    return node;
}

/** A form in a sheet; `done(values)` gets the values, and may throw an Error whose message is shown. */
export function form(title, fields, action, done) {
    const problem = h("p.problem", { hidden: true, role: "alert" });
    const inputs = fields.filter((field) => field.name);
    const node = h(
        "form.form",
        {
            novalidate: true,
            onsubmit: (event) => {
                event.preventDefault();
                const values = Object.fromEntries(
                    inputs.map(({ name, type }) => {
                        const input = node.elements[name];
                        return [name, type === "checkbox" ? input.checked : input.value.trim()];
                    }),
                );
                try {
                    done(values);
                    closeSheet();
                } catch (error) {
                    problem.textContent = error.message;
                    problem.hidden = false;
                }
            },
        },
        fields.map((field, index) => (field.node ? field.node : labelled(field, index))),
        problem,
        h("button.primary", { type: "submit", text: action }),
    );
    sheet(title, node);
    return node;
}

function labelled({ name, label, type = "text", value = "", hint, placeholder }, index) {
    const input = h("input", {
        name,
        type,
        value: type === "checkbox" ? null : value,
        placeholder,
        autocomplete: "off",
        "data-first": index === 0,
        checked: type === "checkbox" && Boolean(value),
    });
    return h(
        "label",
        { class: type },
        h("span", { text: label }),
        input,
        hint ? h("small", { text: hint }) : null,
    );
}

/** Choose a row of a list message. */
export function listSheet(list, done) {
    let chosen = null;
    const confirm = h("button.primary", {
        type: "button",
        text: "Send",
        disabled: true,
        onclick: () => {
            closeSheet();
            done(chosen);
        },
    });
    const rows = (list.sections || []).flatMap((section) => [
        section.title ? h("h3", { text: section.title }) : null,
        ...section.rows.map((row) =>
            h(
                "label.option",
                {},
                h(
                    "span",
                    {},
                    h("b", { text: row.title }),
                    row.description ? h("small", { text: row.description }) : null,
                ),
                h("input", {
                    type: "radio",
                    name: "row",
                    onchange: () => {
                        chosen = row.id;
                        confirm.disabled = false;
                    },
                }),
            ),
        ),
    ]);
    sheet(list.button || "Choose", h("div.options", {}, rows), confirm);
}

/** A new person: with a phone, or known by username only. */
export function personSheet(done) {
    form(
        "New person",
        [
            { name: "name", label: "Name", placeholder: "Salma Khatun" },
            {
                name: "phone",
                label: "Phone with country code",
                type: "tel",
                placeholder: "+880 1700 000009",
            },
            {
                name: "username",
                label: "Username",
                placeholder: "salma.k",
                hint: "Optional. Without a phone, the business only sees this and an id.",
            },
            { name: "hide", label: "Hide the phone from the business", type: "checkbox" },
        ],
        "Add",
        ({ name, phone, username, hide }) => {
            const digits = phone.replace(/\D/g, "");
            if (!digits && !username) {
                throw new Error("Give a phone number or a username.");
            }
            if (phone && (digits.length < 7 || digits.length > 15)) {
                throw new Error("The phone needs 7 to 15 digits, with country code.");
            }
            if (username && !/^@?[a-z0-9._]{3,35}$/.test(username)) {
                throw new Error("A username has 3 to 35 of: a-z 0-9 . _");
            }
            if (hide && !username) {
                throw new Error("Only people with a username can hide their phone.");
            }
            done({ name, phone: digits, username, hide_phone: hide });
        },
    );
}

const PLACES = [
    ["Gulshan Circle 2, Dhaka", 23.7925, 90.4145],
    ["Sylhet station", 24.8804, 91.8667],
    ["Puerta del Sol, Madrid", 40.4169, -3.7035],
];

/** A place to send. */
export function locationSheet(done) {
    const fill = (name, latitude, longitude) => {
        node.elements.name.value = name;
        node.elements.latitude.value = latitude;
        node.elements.longitude.value = longitude;
    };
    const here = h(
        "button.chip",
        {
            type: "button",
            onclick: () =>
                navigator.geolocation.getCurrentPosition(
                    ({ coords }) =>
                        fill("", coords.latitude.toFixed(6), coords.longitude.toFixed(6)),
                    () => (here.textContent = "Position not available"),
                ),
        },
        "My position",
    );
    const chips = h(
        "div.chips",
        {},
        "geolocation" in navigator ? here : null,
        PLACES.map(([name, latitude, longitude]) =>
            h("button.chip", {
                type: "button",
                text: name.split(",")[0],
                onclick: () => fill(name, latitude, longitude),
            }),
        ),
    );
    const node = form(
        "Send a location",
        [
            { name: "name", label: "Name", value: PLACES[0][0] },
            { name: "latitude", label: "Latitude", value: PLACES[0][1] },
            { name: "longitude", label: "Longitude", value: PLACES[0][2] },
            { node: chips },
        ],
        "Send location",
        ({ name, latitude, longitude }) => {
            const [lat, lon] = [Number(latitude), Number(longitude)];
            if (
                latitude === "" ||
                !(Math.abs(lat) <= 90) ||
                longitude === "" ||
                !(Math.abs(lon) <= 180)
            ) {
                throw new Error("Latitude is -90 to 90, longitude -180 to 180.");
            }
            const [title, ...rest] = name.split(",");
            done({
                latitude: lat,
                longitude: lon,
                ...(title ? { name: title.trim() } : {}),
                ...(rest.length ? { address: rest.join(",").trim() } : {}),
            });
        },
    );
}

/** A contact card to send: one of the people, or typed in. */
export function contactSheet(people, done) {
    const rows = people
        .filter((person) => person.phone)
        .slice(0, 6)
        .map((person) =>
            h(
                "button.option",
                {
                    type: "button",
                    onclick: () => {
                        node.elements.name.value = person.name;
                        node.elements.phone.value = `+${person.phone}`;
                    },
                },
                avatar(person.name),
                h(
                    "span",
                    {},
                    h("b", { text: person.name || showPhone(person.phone) }),
                    h("small", { text: showPhone(person.phone) }),
                ),
            ),
        );
    const node = form(
        "Send a contact",
        [
            { name: "name", label: "Name", placeholder: "Ana Ruiz" },
            { name: "phone", label: "Phone", type: "tel", placeholder: "+34 600 111 222" },
            { node: h("div.options", {}, rows) },
        ],
        "Send contact",
        ({ name, phone }) => {
            if (!name) {
                throw new Error("Give the contact a name.");
            }
            const digits = phone.replace(/\D/g, "");
            const [first, ...rest] = name.split(/\s+/);
            done([
                {
                    name: {
                        formatted_name: name,
                        first_name: first,
                        ...(rest.length ? { last_name: rest.join(" ") } : {}),
                    },
                    ...(digits
                        ? { phones: [{ phone: `+${digits}`, wa_id: digits, type: "CELL" }] }
                        : {}),
                },
            ]);
        },
    );
}

/** Look at a file before it is sent, with a caption. */
export function previewSheet(file, done) {
    const url = URL.createObjectURL(file);
    const kind = file.type.split("/")[0];
    const shown =
        kind === "image"
            ? h("img.preview", { src: url, alt: file.name })
            : kind === "video"
              ? h("video.preview", { src: url, controls: true })
              : h("div.preview-file", {}, icon("file", 40), h("b", { text: file.name }));
    form(
        "Send file",
        [{ node: shown }, { name: "caption", label: "Caption", placeholder: "Optional" }],
        "Send",
        ({ caption }) => {
            setTimeout(() => URL.revokeObjectURL(url), 1000);
            done(caption);
        },
    );
}

/** A picture on the whole phone. */
export function lightbox(url) {
    open(
        h(
            "figure.lightbox",
            {},
            h("img", { src: url, alt: "" }),
            iconButton("close", "Close", closeSheet),
        ),
        "dark",
    );
}

/** The menu of a message: reactions and actions. */
export function messageMenu({ emoji, current, react, items }) {
    open(
        h(
            "section.menu",
            { role: "dialog", "aria-label": "Message" },
            h(
                "div.quick",
                {},
                emoji.map((one) =>
                    h("button", {
                        type: "button",
                        text: one,
                        class: one === current ? "on" : "",
                        "aria-label": `React with ${one}`,
                        onclick: () => {
                            closeSheet();
                            react(one === current ? "" : one);
                        },
                    }),
                ),
            ),
            items.map(([name, label, action]) =>
                h(
                    "button.menu-item",
                    {
                        type: "button",
                        onclick: () => {
                            closeSheet();
                            action();
                        },
                    },
                    icon(name, 20),
                    h("span", { text: label }),
                ),
            ),
        ),
    );
}
