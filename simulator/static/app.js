/** The phone page: people on the left, the phone of the chosen one on the right. */

import { chatScreen } from "./chat.js";
import { avatar, h, icon, iconButton, ticks, toast } from "./dom.js";
import { phone, when } from "./format.js";
import { closeSheet, personSheet } from "./sheets.js";

const state = {
    people: new Map(),
    numbers: [],
    me: null,
    chats: [],
    chat: null,
    query: "",
    socket: null,
    tries: 0,
};
const wanted = new URLSearchParams(location.search);
const $ = (selector) => document.querySelector(selector);
const screens = $(".screens");

const label = (person) =>
    person.name || (person.username ? `@${person.username}` : phone(person.phone));
const detail = (person) =>
    person.phone && !person.hide_phone
        ? phone(person.phone)
        : `${person.username ? `@${person.username}` : person.user_id} · phone hidden`;

// -- link to the server -----------------------------------------------------------------------------------------------
function connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/_sim/phone/events`);
    state.socket = socket;
    socket.onmessage = ({ data }) => {
        const event = JSON.parse(data);
        (on[event.ev] || (() => {}))(event);
    };
    socket.onopen = () => {
        state.tries = 0;
        document.body.classList.remove("offline");
    };
    socket.onclose = () => {
        document.body.classList.add("offline");
        state.tries += 1;
        setTimeout(connect, Math.min(500 * 2 ** state.tries, 5000));
    };
}

function tell(command) {
    if (state.socket.readyState === WebSocket.OPEN) {
        state.socket.send(JSON.stringify(command));
    } else {
        toast("Not connected to the simulator. Trying again.", "error");
    }
}

async function upload(file) {
    const name = encodeURIComponent(file.name === "voice" ? "" : file.name);
    const response = await fetch(`/_sim/phone/upload?pnid=${state.chat.pnid}&filename=${name}`, {
        method: "POST",
        body: file,
        headers: { "Content-Type": file.type || "application/octet-stream" },
    });
    const answer = await response.json();
    if (!response.ok) {
        throw new Error(
            answer.error ? `${answer.error.message}. ${answer.error.remedy}` : "The upload failed.",
        );
    }
    return answer;
}

const on = {
    hello({ people, numbers }) {
        setPeople(people, numbers);
        const me = state.me ? state.me.key : wanted.get("me");
        if (me) {
            tell({ do: "be", key: me });
        } else {
            drawPhone();
        }
    },
    people: ({ people, numbers }) => setPeople(people, numbers),
    persons({ persons }) {
        persons.forEach((person) => state.people.set(person.key, person));
        drawPeople();
    },
    me({ me, chats }) {
        const changed = !state.me || state.me.key !== me.key;
        const reopen = changed ? wanted.get("to") : state.chat && state.chat.pnid;
        state.people.set(me.key, me);
        Object.assign(state, { me, chats });
        history.replaceState(null, "", `?me=${encodeURIComponent(me.phone || me.key)}`);
        document.title = `${label(me)} - Phones`;
        drawPeople();
        if (reopen && state.numbers.some((number) => number.pnid === reopen)) {
            wanted.delete("to");
            openChat(reopen);
        } else {
            state.chat = null;
            drawPhone();
            view("chats");
        }
    },
    chats({ chats }) {
        state.chats = chats;
        if (!state.chat) {
            drawPhone();
        }
    },
    thread: ({ pnid, messages }) =>
        state.chat && state.chat.pnid === pnid && state.chat.load(messages),
    message({ message }) {
        if (state.chat && state.chat.pnid === message.pnid) {
            state.chat.add(message);
        }
    },
    status: (event) => state.chat && state.chat.pnid === event.pnid && state.chat.update(event),
    typing: ({ pnid }) => state.chat && state.chat.pnid === pnid && state.chat.typing(),
    error: ({ message }) => toast(message, "error"),
    reset: () => location.reload(),
};

// -- people -----------------------------------------------------------------------------------------------------------
function setPeople(people, numbers) {
    state.numbers = numbers;
    state.people = new Map(people.map((person) => [person.key, person]));
    drawPeople();
    if (!state.chat) {
        drawPhone();
    }
}

function drawPeople() {
    const query = state.query.toLowerCase();
    const people = [...state.people.values()]
        .filter((person) =>
            `${person.name} ${person.phone} ${person.username}`.toLowerCase().includes(query),
        )
        .sort((a, b) => ((b.last && b.last.at) || 0) - ((a.last && a.last.at) || 0));
    $(".people-list").replaceChildren(
        ...people.map((person) => {
            const chosen = state.me && state.me.key === person.key;
            return h(
                "li",
                { role: "option", "aria-selected": chosen ? "true" : "false" },
                h(
                    "button.person",
                    {
                        type: "button",
                        class: chosen ? "on" : "",
                        "data-key": person.key,
                        onclick: () => be(person.key),
                    },
                    avatar(label(person)),
                    h(
                        "span.person-text",
                        {},
                        h(
                            "span.person-line",
                            {},
                            h("b", { text: label(person) }),
                            person.last ? h("time", { text: when(person.last.at) }) : null,
                        ),
                        h(
                            "span.person-line",
                            {},
                            h(
                                "small",
                                {},
                                h("span", {
                                    text: person.last
                                        ? person.last.text
                                        : detail(person).split(" · ")[0],
                                }),
                            ),
                            person.unread
                                ? h("span.badge", { text: person.unread })
                                : person.about && !person.last
                                  ? h("span.tag", { text: person.about.split(",")[0] })
                                  : null,
                        ),
                    ),
                ),
            );
        }),
        ...(people.length ? [] : [h("li.nobody", { text: "Nobody found" })]),
    );
}

function be(key) {
    closeSheet();
    if (state.me && state.me.key === key) {
        view(state.chat ? "chat" : "chats");
        return;
    }
    state.chat = null;
    tell({ do: "be", key });
}

// -- phone ------------------------------------------------------------------------------------------------------------
function view(name) {
    document.body.dataset.view = name;
}

function drawPhone() {
    if (!state.me) {
        screens.replaceChildren(
            h(
                "section.screen.welcome",
                {},
                icon("person", 46),
                h("h2", { text: "Whose phone is this?" }),
                h("p", { text: "Choose somebody from the list, or add a person." }),
            ),
        );
        return;
    }
    const chats = [...state.chats].sort(
        (a, b) => ((b.last && b.last.at) || 0) - ((a.last && a.last.at) || 0),
    );
    screens.replaceChildren(
        h(
            "section.screen.chats",
            {},
            h(
                "header.chats-head",
                {},
                iconButton("back", "Back to the people", () => view("people"), "to-people"),
                h(
                    "div",
                    {},
                    h("h2", { text: "Chats" }),
                    h("small", { text: `${label(state.me)} · ${detail(state.me)}` }),
                ),
            ),
            h(
                "ul.chat-list",
                {},
                chats.map((chat) => {
                    const number = state.numbers.find(({ pnid }) => pnid === chat.pnid);
                    return (
                        number &&
                        h(
                            "li",
                            {},
                            h(
                                "button.chat-entry",
                                {
                                    type: "button",
                                    "data-pnid": number.pnid,
                                    onclick: () => openChat(number.pnid),
                                },
                                avatar(number.name, "business"),
                                h(
                                    "span.person-text",
                                    {},
                                    h(
                                        "span.person-line",
                                        {},
                                        h("b", { text: number.name }),
                                        chat.last ? h("time", { text: when(chat.last.at) }) : null,
                                    ),
                                    h(
                                        "span.person-line",
                                        {},
                                        h(
                                            "small",
                                            {},
                                            chat.last && chat.last.mine
                                                ? ticks(chat.last.status)
                                                : null,
                                            h("span", {
                                                text: chat.last ? chat.last.text : number.display,
                                            }),
                                        ),
                                        chat.unread ? h("span.badge", { text: chat.unread }) : null,
                                    ),
                                ),
                            ),
                        )
                    );
                }),
            ),
            h("p.chats-foot", { text: "Tap a business to write to it." }),
        ),
    );
}

function openChat(pnid) {
    const number = state.numbers.find((one) => one.pnid === pnid);
    state.chat = chatScreen(number, {
        tell,
        upload,
        people: () => [...state.people.values()],
        back() {
            state.chat = null;
            closeSheet();
            tell({ do: "close" });
            drawPhone();
            view("chats");
        },
    });
    screens.replaceChildren(state.chat.node);
    view("chat");
    tell({ do: "open", pnid });
    if (matchMedia("(hover: hover)").matches) {
        state.chat.focus();
    }
}

// -- surroundings -----------------------------------------------------------------------------------------------------
function start() {
    $(".search-icon").append(icon("search", 18));
    $(".add-person").append(icon("plus", 20), "Add a person");
    $(".add-person").addEventListener("click", () =>
        personSheet((person) => tell({ do: "add", ...person })),
    );
    $(".search input").addEventListener("input", (event) => {
        state.query = event.target.value.trim();
        drawPeople();
    });
    $(".theme").append(icon("theme", 20));
    $(".theme").addEventListener("click", () => {
        const root = document.documentElement.dataset;
        root.theme = root.theme === "dark" ? "light" : "dark";
        localStorage.setItem("theme", root.theme);
    });
    const tick = () =>
        ($(".clock").textContent = new Date().toLocaleTimeString("en-GB", {
            hour: "2-digit",
            minute: "2-digit",
        }));
    tick();
    setInterval(tick, 10_000);
    document.addEventListener("visibilitychange", () =>
        tell({ do: "focus", on: !document.hidden }),
    );
    view(wanted.get("me") ? "chats" : "people");
    connect();
}

start();
