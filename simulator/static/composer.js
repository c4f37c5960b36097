/** Where the person writes: text, emoji, files, voice. */

import { h, icon, iconButton, toast } from "./dom.js";
import { TABS, split } from "./emoji.js";
import { duration } from "./format.js";
import { contactSheet, locationSheet, previewSheet } from "./sheets.js";

const VOICE_TYPES = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];

/**
 * The composer of a chat.
 * @param {Object} options {send(type, content), upload(file) -> Promise<{id}>, people()}
 * @returns {{node: HTMLElement, reply(message|null), replyTo(): string|null, focus()}}
 */
export function composer({ send, upload, people, business }) {
    let quoted = null;
    const input = h("textarea", {
        rows: 1,
        placeholder: "Message",
        "aria-label": "Message",
        enterkeyhint: "send",
    });
    const action = h("button.send", { type: "button", title: "Send", "aria-label": "Send" });
    const panel = h("div.panel", { hidden: true });
    const banner = h("div.reply-banner", { hidden: true });
    const picker = h("input", { type: "file", hidden: true });
    const bar = h(
        "div.composer-bar",
        {},
        iconButton("plus", "Attach", () => toggle("attach"), "attach"),
        h(
            "div.field",
            {},
            input,
            iconButton("smile", "Emoji", () => toggle("emoji")),
        ),
        action,
    );
    const node = h("div.composer", {}, banner, panel, bar, picker);

    const grow = () => {
        input.style.height = "";
        if (input.value) {
            input.style.height = `${Math.min(input.scrollHeight, 120)}px`;
        }
        const hasText = Boolean(input.value.trim());
        action.replaceChildren(icon(hasText ? "send" : "mic"));
        action.title = hasText ? "Send" : "Record a voice message";
        action.setAttribute("aria-label", action.title);
    };
    const sendText = () => {
        const text = input.value.trim();
        if (text) {
            send("text", { body: text.slice(0, 4096) });
            input.value = "";
            grow();
        }
    };
    input.addEventListener("input", grow);
    input.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
            event.preventDefault();
            sendText();
        }
    });
    input.addEventListener("paste", (event) => {
        const [file] = event.clipboardData.files;
        if (file) {
            event.preventDefault();
            preview(file);
        }
    });
    node.addEventListener("dragover", (event) => event.preventDefault());
    node.addEventListener("drop", (event) => {
        event.preventDefault();
        if (event.dataTransfer.files[0]) {
            preview(event.dataTransfer.files[0]);
        }
    });
    action.addEventListener("click", () => (input.value.trim() ? sendText() : record()));
    grow();

    function toggle(name) {
        const open = panel.hidden || panel.dataset.name !== name;
        panel.hidden = !open;
        panel.dataset.name = name;
        panel.replaceChildren(open ? (name === "emoji" ? emojiPanel() : attachPanel()) : "");
    }

    function emojiPanel() {
        const grid = h("div.emoji-grid");
        const show = (index) => {
            grid.replaceChildren(
                ...split(TABS[index][1]).map((one) =>
                    h("button", {
                        type: "button",
                        text: one,
                        onclick: () => {
                            input.setRangeText(
                                one,
                                input.selectionStart,
                                input.selectionEnd,
                                "end",
                            );
                            grow();
                        },
                    }),
                ),
            );
            [...tabs.children].forEach((tab, position) =>
                tab.classList.toggle("on", position === index),
            );
        };
        const tabs = h(
            "div.emoji-tabs",
            {},
            TABS.map(([label], index) =>
                h("button", { type: "button", text: label, onclick: () => show(index) }),
            ),
        );
        show(0);
        return h("div.emoji", {}, tabs, grid);
    }

    function attachPanel() {
        const entry = (name, label, hue, onclick) =>
            h(
                "button.attach-entry",
                {
                    type: "button",
                    onclick: () => {
                        panel.hidden = true;
                        onclick();
                    },
                },
                h("span", { style: `--hue:${hue}` }, icon(name, 24)),
                label,
            );
        return h(
            "div.attach-menu",
            {},
            entry("photo", "Photo, video", 320, () => choose("image/*,video/*")),
            entry("file", "Document", 255, () => choose("", "document")),
            entry("mic", "Audio file", 20, () => choose("audio/*")),
            entry("pin", "Location", 150, () =>
                locationSheet((content) => send("location", content)),
            ),
            entry("person", "Contact", 205, () =>
                contactSheet(people(), (content) => send("contacts", content)),
            ),
        );
    }

    function choose(accept, as = "") {
        picker.accept = accept;
        picker.onchange = () => {
            const [file] = picker.files;
            picker.value = "";
            if (file) {
                file.type.startsWith("audio/") && !as
                    ? sendFile(file, "", "audio")
                    : preview(file, as);
            }
        };
        picker.click();
    }

    function preview(file, as = "") {
        previewSheet(file, (caption) => sendFile(file, caption, as || kindOf(file)));
    }

    async function sendFile(file, caption, kind, extra = {}) {
        try {
            const { id } = await upload(file);
            const content = { id, ...extra };
            if (caption) {
                content.caption = caption;
            }
            if (kind === "document") {
                content.filename = file.name;
            }
            send(kind, content);
        } catch (error) {
            toast(error.message, "error");
        }
    }

    async function record() {
        let stream;
        try {
            stream = await navigator.mediaDevices.getUserMedia({ audio: true });
        } catch {
            toast("No microphone here: choose an audio file instead.");
            choose("audio/*");
            return;
        }
        const mimeType = VOICE_TYPES.find((type) => MediaRecorder.isTypeSupported(type));
        const recorder = new MediaRecorder(stream, mimeType ? { mimeType } : {});
        const chunks = [];
        const started = Date.now();
        let keep = false;
        const clock = h("span.record-clock", { text: "0:00" });
        const timer = setInterval(
            () => (clock.textContent = duration((Date.now() - started) / 1000)),
            250,
        );
        const recording = h(
            "div.composer-bar.recording",
            {},
            iconButton("trash", "Discard", () => recorder.stop()),
            h("span.record-dot"),
            clock,
            h("span.record-hint", { text: "Recording" }),
            h(
                "button.send",
                {
                    type: "button",
                    title: "Send",
                    "aria-label": "Send",
                    onclick: () => {
                        keep = true;
                        recorder.stop();
                    },
                },
                icon("send"),
            ),
        );
        bar.replaceWith(recording);
        recorder.ondataavailable = (event) => chunks.push(event.data);
        recorder.onstop = () => {
            clearInterval(timer);
            stream.getTracks().forEach((track) => track.stop());
            recording.replaceWith(bar);
            if (keep && chunks.length) {
                const type = recorder.mimeType || "audio/webm";
                sendFile(new File(chunks, "voice", { type }), "", "audio", { voice: true });
            }
        };
        recorder.start();
    }

    return {
        node,
        focus: () => input.focus({ preventScroll: true }),
        replyTo: () => quoted && quoted.wamid,
        reply(message) {
            quoted = message;
            banner.hidden = !message;
            if (message) {
                banner.replaceChildren(
                    h(
                        "div",
                        {},
                        h("b", { text: message.mine ? "You" : business }),
                        h("span", { text: message.summary }),
                    ),
                    iconButton("close", "Do not quote", () => this.reply(null)),
                );
                this.focus();
            }
        },
    };
}

function kindOf(file) {
    const kind = file.type.split("/")[0];
    if (kind === "image" && /jpeg|png/.test(file.type)) {
        return "image";
    }
    return kind === "video" && /mp4|3gpp/.test(file.type) ? "video" : "document";
}
