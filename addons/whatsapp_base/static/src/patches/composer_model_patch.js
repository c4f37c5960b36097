import { Composer } from "@mail/core/common/composer_model";
import { fields } from "@mail/core/common/record";
import { forgetDraft, loadDraft, saveDraft } from "@whatsapp_base/discuss/composer_area/drafts";

import { patch } from "@web/core/utils/patch";
import { uuid } from "@web/core/utils/strings";

/** @returns {"note"|"customer"} which draft a mode of the composer writes */
export function slotOf(mode) {
    return mode === "note" ? "note" : "customer";
}

// In a conversation one writes to the customer or to colleagues: two drafts, and what belongs to one never becomes the other
patch(Composer.prototype, {
    setup() {
        super.setup(...arguments);
        /** @type {"reply"|"note"|"template"|"later"|undefined} what the user has chosen; see Thread.whatsappMode */
        this.whatsappWish = undefined;
        /** @type {"customer"|"note"} whom the present content is meant for */
        this.whatsappSlot = "customer";
        /** Follows the mode, which also changes by itself: the window closes, somebody blocks the customer. */
        this.whatsappMode = fields.Attr(undefined, {
            compute() {
                return this.thread?.whatsappMode;
            },
            eager: true,
            onUpdate() {
                if (this.whatsappMode) {
                    this.useWhatsappSlot(slotOf(this.whatsappMode));
                }
            },
        });
        this.whatsappStash = {};
        /** Whether what was kept of the present slot has been looked at: else nothing must be forgotten of it. */
        this.isWhatsappDraftKnown = false;
        /** @type {string[]} titles of buttons that are sent along */
        this.whatsappButtons = [];
        /** @type {{content: string, key: string}|undefined} what is being sent, until it is known to have arrived */
        this.whatsappAttempt = undefined;
        /** The newest message that the user had seen when they began to write. */
        this.whatsappSince = undefined;
    },

    clear() {
        super.clear();
        if (this.thread?.isWhatsapp) {
            this.whatsappAttempt = undefined;
            this.whatsappButtons = [];
            this.whatsappSince = undefined;
            forgetDraft(this.thread.id, this.whatsappSlot);
        }
    },

    /**
     * @param {any} content what is about to be sent
     * @returns {string} its key: if only the answer was lost, the second attempt sends nothing
     */
    whatsappOnceFor(content) {
        const words = JSON.stringify(content);
        if (this.whatsappAttempt?.content !== words) {
            this.whatsappAttempt = { content: words, key: uuid() };
        }
        return this.whatsappAttempt.key;
    },

    saveWhatsappDraft() {
        if (!this.isWhatsappDraftKnown && !this.composerText.trim()) {
            return;
        }
        saveDraft(this.thread.id, this.whatsappSlot, {
            text: this.composerText,
            replyTo: this.replyToMessage?.id,
            buttons: [...this.whatsappButtons],
        });
    },

    /** Bring back what was written before the page was loaded. */
    restoreWhatsappDraft() {
        this.isWhatsappDraftKnown = true;
        const draft = loadDraft(this.thread.id, this.whatsappSlot);
        if (!draft) {
            return;
        }
        this.setWhatsappText(draft.text);
        this.whatsappButtons = draft.buttons ?? [];
        if (Number.isInteger(draft.replyTo)) {
            this.replyToMessage = this.store["mail.message"].insert(draft.replyTo);
        }
    },

    /** @returns {import("models").Attachment[]} what would go to the customer, and what would to colleagues */
    get whatsappFiles() {
        if (!this.thread?.isWhatsapp) {
            return [];
        }
        const others = Object.entries(this.whatsappStash).filter(
            ([slot]) => slot !== this.whatsappSlot,
        );
        return [...this.attachments, ...others.flatMap(([_slot, { attachments }]) => attachments)];
    },

    /**
     * @returns {{texts: string[], files: import("models").Attachment[]}} what was written to the customer and to
     *  colleagues; here it is forgotten
     */
    takeWhatsappDrafts() {
        const files = this.whatsappFiles;
        const written = ["customer", "note"].map((slot) => {
            const text = slot === this.whatsappSlot && this.composerText;
            return (text || loadDraft(this.thread.id, slot)?.text || "").trim();
        });
        forgetDraft(this.thread.id, this.whatsappSlot === "note" ? "customer" : "note");
        this.whatsappStash = {};
        this.clear();
        return { texts: written.filter(Boolean), files };
    },

    /**
     * Take back what could not be posted, to be put right: before what has been written since then.
     *
     * @param {{attachments: import("models").Attachment[], partners: number[], replyTo?: import("models").Message,
     *  slot: "customer"|"note", text: string}} content
     */
    takeBackOnWhatsapp({ attachments, partners, replyTo, slot, text }) {
        const join = (newer) => [text, newer].filter((part) => part?.trim()).join("\n");
        if (slot !== this.whatsappSlot) {
            const draft = loadDraft(this.thread.id, slot);
            saveDraft(this.thread.id, slot, { ...draft, text: join(draft?.text) });
            const stash = this.whatsappStash[slot];
            this.whatsappStash[slot] = {
                attachments: [...attachments, ...(stash?.attachments ?? [])],
                replyTo: stash?.replyTo ?? replyTo,
            };
            return;
        }
        this.setWhatsappText(join(this.composerText));
        this.attachments.unshift(...attachments);
        this.replyToMessage ??= replyTo;
        this.mentionedPartners.push(...partners.map((id) => this.store["res.partner"].get(id)));
        this.isWhatsappDraftKnown = true;
        this.saveWhatsappDraft();
    },

    setWhatsappText(text) {
        this.composerText = text;
        Object.assign(this.selection, { start: text.length, end: text.length, direction: "none" });
        this.forceCursorMove = true;
    },

    /** Put the present content aside and take up what was written for the others. */
    useWhatsappSlot(slot) {
        if (slot === this.whatsappSlot) {
            return;
        }
        this.saveWhatsappDraft();
        this.whatsappStash[this.whatsappSlot] = {
            attachments: [...this.attachments],
            replyTo: this.replyToMessage,
        };
        const stashed = this.whatsappStash[slot] ?? { attachments: [] };
        this.attachments.length = 0;
        this.mentionedPartners.length = 0;
        this.replyToMessage = undefined;
        this.whatsappButtons = [];
        this.whatsappSince = undefined;
        this.whatsappSlot = slot;
        this.setWhatsappText("");
        this.restoreWhatsappDraft();
        this.attachments.push(...stashed.attachments);
        this.replyToMessage ??= stashed.replyTo;
    },

    /** @param {"reply"|"note"|"template"|"later"|undefined} mode undefined: the usual one */
    setWhatsappMode(mode) {
        this.whatsappWish = mode;
        this.useWhatsappSlot(slotOf(this.thread.whatsappMode));
        this.autofocus++;
    },
});
