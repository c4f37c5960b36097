import { Composer } from "@mail/core/common/composer";
import { composerActionsRegistry } from "@mail/core/common/composer_actions";
import { SuggestionService } from "@mail/core/common/suggestion_service";
import { UseSuggestion } from "@mail/core/common/suggestion_hook";
import { collisionOf } from "@whatsapp_base/discuss/composer_area/collision";
import {
    leftOver,
    markOfKey,
    MARKS,
    toggleMark,
} from "@whatsapp_base/discuss/composer_area/formatting";
import { slotOf } from "@whatsapp_base/patches/composer_model_patch";

import { toRaw } from "@odoo/owl";

import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

// One composer, several ways to write in a conversation; where the words go must be plain before they are written
patch(Composer.prototype, {
    /** Whether a new message to a conversation is written here. */
    get isWhatsapp() {
        return Boolean(this.thread?.isWhatsapp && !this.props.composer.message);
    },

    get whatsappMode() {
        return this.isWhatsapp ? this.thread.whatsappMode : undefined;
    },

    get placeholder() {
        if (this.props.placeholder || !this.isWhatsapp) {
            return super.placeholder;
        }
        const name = this.thread.displayName;
        switch (this.whatsappMode) {
            case "note":
                return _t("Note to colleagues: %(name)s never sees it. @ calls somebody.", {
                    name,
                });
            case "later":
                return _t("Sent as soon as %(name)s writes again", { name });
            default:
                return _t("Message to %(name)s on WhatsApp", { name });
        }
    },

    get SEND_TEXT() {
        switch (this.whatsappMode) {
            case "note":
                return _t("Add the note");
            case "later":
                return _t("Keep until they answer");
            default:
                return super.SEND_TEXT;
        }
    },

    get postData() {
        const data = super.postData;
        return this.isWhatsapp ? { ...data, isNote: this.whatsappMode === "note" } : data;
    },

    onInput(ev) {
        super.onInput(ev);
        if (this.isWhatsapp) {
            const composer = toRaw(this.props.composer);
            composer.isWhatsappDraftKnown = true;
            composer.whatsappSince ??= this.thread.newestPersistentMessage?.id ?? 0;
        }
    },

    onKeydown(ev) {
        if (this.isWhatsapp) {
            const name = markOfKey(ev);
            if (name && !this.editor) {
                ev.preventDefault();
                ev.stopPropagation();
                this.toggleWhatsappMark(name);
                return;
            }
            const isN = ev.key.toLowerCase() === "n" || ev.code === "KeyN"; // Macs write another sign with Alt
            if (ev.altKey && !ev.ctrlKey && isN) {
                // the note's own key; stopped, since Odoo goes to the next record with it
                ev.preventDefault();
                ev.stopPropagation();
                const [usual] = this.thread.whatsappModes;
                this.props.composer.setWhatsappMode(this.whatsappMode === "note" ? usual : "note");
                return;
            }
        }
        super.onKeydown(ev);
    },

    /** @param {string} name of one of `MARKS` */
    toggleWhatsappMark(name) {
        const composer = toRaw(this.props.composer);
        const { start, end } = composer.selection;
        const result = toggleMark(composer.composerText, start, end, MARKS[name].mark);
        composer.composerText = result.text;
        Object.assign(composer.selection, { start: result.start, end: result.end });
        composer.forceCursorMove = true;
        composer.autofocus++;
    },

    // what customer and colleagues are told of typing: only what is written to the customer
    detectTyping() {
        if (!this.isWhatsapp) {
            return super.detectTyping(...arguments);
        }
        if (this.whatsappMode !== "reply") {
            return;
        }
        super.detectTyping(...arguments);
        if (this.props.composer.composerText) {
            this.env.services["whatsapp.presence"].typing(this.thread.whatsapp_conversation_id.id);
        }
    },

    stopTyping() {
        super.stopTyping(...arguments);
        if (this.isWhatsapp && this.thread.whatsapp_conversation_id) {
            this.env.services["whatsapp.presence"].rest(this.thread.whatsapp_conversation_id.id);
        }
    },

    saveContent() {
        if (!this.isWhatsapp) {
            return super.saveContent(...arguments);
        }
        toRaw(this.props.composer).saveWhatsappDraft();
    },

    restoreContent() {
        if (!this.isWhatsapp) {
            return super.restoreContent(...arguments);
        }
        this.props.composer.restoreWhatsappDraft();
    },

    async sendMessage() {
        if (!this.isWhatsapp) {
            return super.sendMessage(...arguments);
        }
        const composer = toRaw(this.props.composer);
        const mode = this.whatsappMode;
        if (slotOf(mode) !== composer.whatsappSlot) {
            // the mode has changed under the hands of whoever writes: nothing goes where it was not meant to
            composer.useWhatsappSlot(slotOf(mode));
            return;
        }
        if (mode === "template" || !this.canSendWhatsapp(composer, mode)) {
            return;
        }
        if (mode === "later" || composer.whatsappButtons.length) {
            await this.sendWhatsappCall(composer, mode);
            this.stopTyping();
            return;
        }
        await super.sendMessage(...arguments);
    },

    /** Tell whether a message may leave as it is; says what is in the way. */
    canSendWhatsapp(composer, mode) {
        if (mode === "note") {
            return true;
        }
        const [gap] = leftOver(composer.composerText);
        if (gap) {
            this.env.services.notification.add(
                _t("There is no value for %s. Write one in its place before you send.", gap),
                { type: "warning" },
            );
            return false;
        }
        const collision = mode === "reply" && collisionOf(this.thread, composer);
        if (collision) {
            this.env.services.dialog.add(ConfirmationDialog, {
                title: _t("%s has answered meanwhile", collision.name),
                body: collision.text,
                // Enter, pressed twice by habit, must not send
                confirmLabel: _t("Look first"),
                cancelLabel: _t("Send mine as well"),
                confirm: () => {},
                dismiss: () => {},
                cancel: () => {
                    composer.whatsappSince = this.thread.newestPersistentMessage?.id ?? 0;
                    this.sendMessage();
                },
            });
            return false;
        }
        return true;
    },

    /** Send what is no plain post: what is to be kept, or a text with buttons. */
    async sendWhatsappCall(composer, mode) {
        if (!this.canProcessMessage || !this.state.active) {
            return;
        }
        const { notification, orm } = this.env.services;
        if (composer.attachments.some(({ uploading }) => uploading)) {
            notification.add(_t("Please wait while the file is uploading."), { type: "warning" });
            return;
        }
        if (mode !== "later" && composer.attachments.length > 1) {
            notification.add(
                _t(
                    "A message with buttons takes one file. Take the buttons or the other files away.",
                ),
                { type: "warning" },
            );
            return;
        }
        const id = this.thread.whatsapp_conversation_id.id;
        const body = composer.composerText.trim();
        this.state.active = false;
        try {
            const attachment_ids = composer.attachments.map((file) => file.id);
            if (mode === "later") {
                const sticker_ids = composer.attachments
                    .filter((file) => file.isWhatsappSticker)
                    .map((file) => file.id);
                const once = composer.whatsappOnceFor([body, attachment_ids, sticker_ids]);
                this.thread.whatsapp_conversation_id.pending = await orm.call(
                    "whatsapp.conversation",
                    "queue_after_reply",
                    [[id], body],
                    { attachment_ids, once, sticker_ids },
                );
            } else {
                const [fileId] = attachment_ids;
                const values = {
                    body,
                    buttons: composer.whatsappButtons.map((title, index) => ({
                        id: `reply-${index + 1}`,
                        title,
                    })),
                    ...(fileId ? { header: { attachment_id: fileId } } : {}),
                };
                await orm.call("whatsapp.conversation", "send_message", [[id], "buttons", values], {
                    once: composer.whatsappOnceFor(values),
                    reply_to: composer.replyToMessage?.id,
                });
            }
            this.clear();
            this.props.onPostCallback?.();
        } finally {
            this.state.active = true;
        }
        this.ref.el?.focus();
    },
});

// the button says what it does in each way to write
patch(composerActionsRegistry.get("send-message"), {
    name({ owner }) {
        return owner.isWhatsapp ? owner.SEND_TEXT : super.name(...arguments);
    },
});

/** Whether colleagues can be called where a composer of the thread is. */
function isNoteOf(thread) {
    return thread.whatsappMode === "note";
}

// Colleagues can be called in notes, never in what the customer reads; canned replies and emojis are there in both
patch(SuggestionService.prototype, {
    getSupportedDelimiters(thread) {
        const delimiters = super.getSupportedDelimiters(...arguments);
        if (!thread?.isWhatsapp) {
            return delimiters;
        }
        const none = isNoteOf(thread) ? ["#", "/"] : ["@", "#", "/"];
        return delimiters.filter(([sign]) => !none.includes(sign));
    },

    async fetchPartnersRoles(term, thread, { abortSignal } = {}) {
        if (!thread?.isWhatsapp || !this.store.has_access_whatsapp) {
            return super.fetchPartnersRoles(...arguments);
        }
        const data = await this.makeOrmCall(
            "whatsapp.conversation",
            "mention_suggestions",
            [[thread.whatsapp_conversation_id.id], term],
            {},
            { abortSignal },
        );
        this.store.insert(data);
    },

    // the customer must never be among them
    getPartnerSuggestions(thread) {
        const partners = super.getPartnerSuggestions(...arguments);
        return thread?.isWhatsapp
            ? partners.filter((partner) => partner.main_user_id?.share === false)
            : partners;
    },
});

// A canned reply is filled in, and brings its files and buttons
patch(UseSuggestion.prototype, {
    insert(option) {
        if (!option.cannedResponse || !this.comp.isWhatsapp || this.comp.editor) {
            return super.insert(...arguments);
        }
        const { position } = this.search;
        const { composer } = this;
        composer.composerText =
            composer.composerText.substring(0, position) +
            composer.composerText.substring(composer.selection.end);
        Object.assign(composer.selection, { start: position, end: position });
        this.clearSearch();
        insertCannedReply(this.thread, option.cannedResponse.id);
    },
});

/**
 * Write a canned reply where the cursor is.
 *
 * @param {import("models").Thread} thread
 * @param {number} responseId
 */
export async function insertCannedReply(thread, responseId) {
    const { store } = thread;
    const { text, missing, buttons, attachments, store_data } = await store.env.services.orm.call(
        "whatsapp.conversation",
        "canned_reply",
        [[thread.whatsapp_conversation_id.id], responseId],
    );
    store.insert(store_data);
    const { composer } = thread;
    const position = composer.selection.start ?? composer.composerText.length;
    const gap = /\S$/.test(composer.composerText.slice(0, position)) ? "\n" : "";
    composer.insertText(gap + text, position);
    composer.attachments.push(...attachments.map((id) => store["ir.attachment"].get(id)));
    if (thread.whatsappMode === "reply" && buttons.length) {
        composer.whatsappButtons = buttons;
    }
    if (missing.length) {
        store.env.services.notification.add(
            _t("Not known here: %s. Write it yourself.", missing.join(", ")),
            { type: "warning" },
        );
    }
    composer.isDirty = true;
    composer.autofocus++;
}
