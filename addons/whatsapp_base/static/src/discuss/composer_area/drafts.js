import { browser } from "@web/core/browser/browser";
import { user } from "@web/core/user";

const PREFIX = "whatsapp.draft/";
const KEPT_DAYS = 30;

/**
 * What is written and not sent yet, for each user, conversation and kind (to the customer, or a note): on this browser.
 *
 * @param {number} threadId
 * @param {"customer"|"note"} slot
 */
function keyOf(threadId, slot) {
    return `${PREFIX}${user.userId}/${threadId}/${slot}`;
}

/** @returns {{text: string, replyTo: number|undefined, buttons: string[]}|undefined} */
export function loadDraft(threadId, slot) {
    const key = keyOf(threadId, slot);
    try {
        const draft = JSON.parse(browser.localStorage.getItem(key));
        return draft && typeof draft.text === "string" ? draft : undefined;
    } catch {
        browser.localStorage.removeItem(key);
        return undefined;
    }
}

/** @param {{text: string, replyTo?: number, buttons?: string[]}} draft an empty text forgets it */
export function saveDraft(threadId, slot, { text, replyTo, buttons = [] }) {
    const key = keyOf(threadId, slot);
    if (!text.trim()) {
        browser.localStorage.removeItem(key);
        return;
    }
    browser.localStorage.setItem(key, JSON.stringify({ text, replyTo, buttons, at: Date.now() }));
}

export function forgetDraft(threadId, slot) {
    browser.localStorage.removeItem(keyOf(threadId, slot));
}

/** Forget what nobody has finished for a month. */
export function pruneDrafts() {
    const oldest = Date.now() - KEPT_DAYS * 24 * 60 * 60 * 1000;
    for (const key of Object.keys(browser.localStorage)) {
        if (!key.startsWith(PREFIX)) {
            continue;
        }
        try {
            if (JSON.parse(browser.localStorage.getItem(key)).at > oldest) {
                continue;
            }
        } catch {
            // not ours any more
        }
        browser.localStorage.removeItem(key);
    }
}
