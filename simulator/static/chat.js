/** One chat: header, messages, composer. */

import { bubble, reactions } from "./bubble.js";
import { composer } from "./composer.js";
import { avatar, h, icon, iconButton, ticks, toast } from "./dom.js";
import { QUICK } from "./emoji.js";
import { dayName } from "./format.js";
import { form, listSheet, locationSheet, messageMenu, sheet } from "./sheets.js";

const TYPING_SECONDS = 25;

/**
 * The screen of a chat.
 * @param {Object} number {pnid, name, display, about}
 * @param {Object} link {tell(command), upload(file), people(), back()}
 */
export function chatScreen(number, link) {
    const shown = new Map(); // wamid -> {message, node}
    let lastDay = null;
    let lastMine = null;
    let typingTimer = null;
    const content = h("div.content", { role: "log", "aria-label": `Chat with ${number.name}` });
    const list = h("div.messages", { tabindex: -1 }, content);
    const status = h("small.presence", { text: "business account" });
    const bottom = h(
        "button.to-bottom",
        {
            type: "button",
            hidden: true,
            "aria-label": "To the newest message",
            onclick: () => scroll(true),
        },
        icon("down"),
    );
    const typing = h(
        "div.row.theirs.typing",
        { hidden: true },
        h("div.bubble.theirs", {}, h("i"), h("i"), h("i")),
    );
    const write = composer({
        business: number.name,
        people: link.people,
        upload: link.upload,
        send(type, content) {
            link.tell({ do: "send", pnid: number.pnid, type, content, reply_to: write.replyTo() });
            write.reply(null);
            scroll(true);
        },
    });
    const node = h(
        "section.screen.chat",
        {},
        h(
            "header.chat-head",
            {},
            iconButton("back", "Back to the chats", link.back),
            avatar(number.name, "business"),
            h(
                "button.chat-title",
                { type: "button", onclick: about },
                h("b", { text: number.name }),
                status,
            ),
        ),
        h("div.chat-body", {}, list, bottom),
        write.node,
    );
    let atBottom = true;
    list.addEventListener("scroll", () => {
        atBottom = nearBottom();
        bottom.hidden = atBottom;
    });
    // a panel that opens or a picture that loads must not push the newest message out of sight
    const stick = new ResizeObserver(() => atBottom && (list.scrollTop = list.scrollHeight));
    stick.observe(list);
    stick.observe(content);

    const actions = {
        business: number.name,
        played: (message) => !message.mine && link.tell({ do: "played", wamid: message.wamid }),
        jump(wamid) {
            const target = shown.get(wamid);
            if (target) {
                target.node.scrollIntoView({ block: "center", behavior: "smooth" });
                target.node.classList.add("flash");
                setTimeout(() => target.node.classList.remove("flash"), 1200);
            }
        },
        press,
        menu(message) {
            messageMenu({
                emoji: QUICK,
                current: (message.reactions || {}).person,
                react: (emoji) =>
                    link.tell({
                        do: "send",
                        pnid: number.pnid,
                        type: "reaction",
                        content: { message_id: message.wamid, emoji },
                    }),
                items: [
                    [
                        "reply",
                        "Reply",
                        () => write.reply({ ...message, summary: summary(message) }),
                    ],
                    message.text
                        ? [
                              "copy",
                              "Copy text",
                              () =>
                                  navigator.clipboard
                                      .writeText(message.text)
                                      .then(() => toast("Copied")),
                          ]
                        : null,
                    ...(message.mine ? changes(message) : []),
                ].filter(Boolean),
            });
        },
    };

    /** What one can do to an own message later; businesses hear of it where the number is in the phone app as well. */
    function changes(message) {
        if (message.type === "deleted") {
            return [];
        }
        const tell = (text) =>
            link.tell({ do: "change", pnid: number.pnid, wamid: message.wamid, text });
        const fields = [{ name: "text", label: "New text", value: message.text || "" }];
        return [
            ["text", "image", "video", "document"].includes(message.type)
                ? [
                      "form",
                      "Edit",
                      () => form("Edit message", fields, "Save", ({ text }) => tell(text)),
                  ]
                : null,
            ["trash", "Delete for everyone", () => tell(null)],
        ];
    }

    function press(message, index) {
        const button = message.buttons[index];
        if (button.kind === "list") {
            listSheet(message.list, (row) => answer(message, { row }));
        } else if (button.kind === "reply" || button.kind === "contact") {
            answer(message, { index });
        } else if (button.kind === "flow") {
            answer(message, { index, response: { answered: "yes" } });
        } else if (button.kind === "location") {
            locationSheet((content) =>
                link.tell({
                    do: "send",
                    pnid: number.pnid,
                    type: "location",
                    content,
                    reply_to: message.wamid,
                }),
            );
        } else if (button.kind === "url" && /^https?:/i.test(button.url || "")) {
            window.open(button.url, "_blank", "noopener");
        } else if (button.kind === "copy") {
            navigator.clipboard.writeText(button.code || "").then(() => toast("Code copied"));
        } else if (button.kind === "phone") {
            toast(`Calls ${button.phone || number.display}`);
        }
    }

    function answer(message, data) {
        link.tell({ do: "press", wamid: message.wamid, ...data });
        message.answered = true;
        redraw(message);
        scroll(true);
    }

    function about() {
        sheet(
            number.name,
            h(
                "div.about",
                {},
                avatar(number.name, "business large"),
                h("b", { text: number.display }),
                h("p", { text: number.about || "A business number of the simulator." }),
                h("code", { text: number.pnid }),
            ),
        );
    }

    const nearBottom = () => list.scrollHeight - list.scrollTop - list.clientHeight < 80;
    function scroll(always) {
        if (always || atBottom) {
            atBottom = true;
            requestAnimationFrame(() => (list.scrollTop = list.scrollHeight));
        }
    }

    function draw(message) {
        const day = dayName(message.at);
        if (day !== lastDay) {
            content.append(h("div.day", {}, h("span", { text: day })));
            [lastDay, lastMine] = [day, null];
        }
        const row = bubble(message, actions);
        row.classList.toggle("follows", lastMine === message.mine);
        lastMine = message.mine;
        content.append(row);
        shown.set(message.wamid, { message, node: row });
    }

    function redraw(message) {
        const found = shown.get(message.wamid);
        if (found) {
            const row = bubble(message, actions);
            row.classList.toggle("follows", found.node.classList.contains("follows"));
            found.node.replaceWith(row);
            shown.set(message.wamid, { message, node: row });
        }
    }

    function setTyping(on) {
        clearTimeout(typingTimer);
        typing.hidden = !on;
        status.textContent = on ? "typing…" : "business account";
        status.classList.toggle("on", on);
        if (on) {
            content.append(typing);
            scroll();
            typingTimer = setTimeout(() => setTyping(false), TYPING_SECONDS * 1000);
        }
    }

    return {
        node,
        pnid: number.pnid,
        focus: write.focus,
        /** Show a whole thread. */
        load(messages) {
            content.replaceChildren();
            shown.clear();
            [lastDay, lastMine] = [null, null];
            if (!messages.length) {
                content.append(
                    h(
                        "div.empty",
                        {},
                        icon("lock", 22),
                        h("p", { text: `Nothing here yet. Say something to ${number.name}.` }),
                    ),
                );
            }
            messages.forEach(draw);
            scroll(true);
        },
        /** Show a new message, or a known one that changed. */
        add(message) {
            const stay = atBottom || message.mine;
            const empty = content.querySelector(".empty");
            if (empty) {
                empty.remove();
            }
            if (!message.mine) {
                setTyping(false);
            }
            if (shown.has(message.wamid)) {
                redraw(message);
            } else {
                draw(message);
            }
            scroll(stay);
        },
        /** A tick or a reaction changed. */
        update({ wamid, status: state, reactions: found }) {
            const entry = shown.get(wamid);
            if (!entry) {
                return;
            }
            Object.assign(entry.message, { status: state, reactions: found });
            const mark = entry.node.querySelector(".ticks");
            if (mark) {
                mark.replaceWith(ticks(state));
            }
            const old = entry.node.querySelector(".reactions");
            if (old) {
                old.replaceWith(reactions(entry.message));
            }
            scroll();
        },
        typing: () => setTyping(true),
    };
}

function summary(message) {
    if (message.text) {
        return message.text.split("\n")[0].slice(0, 90);
    }
    const names = {
        image: "Photo",
        video: "Video",
        audio: "Voice message",
        document: "Document",
        sticker: "Sticker",
        location: "Location",
    };
    return names[message.type] || "Message";
}
