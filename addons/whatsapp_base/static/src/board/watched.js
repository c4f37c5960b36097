import { browser } from "@web/core/browser/browser";

/** In the session of this tab, so that loading the page again does not make a watcher seen. */
const KEY = "whatsapp_base.inbox.watched";

/** @returns {number|false} the conversation that a supervisor reads in this tab without being noticed */
export function watchedConversation() {
    return Number(browser.sessionStorage.getItem(KEY)) || false;
}

/** @param {number|false} id */
export function setWatchedConversation(id) {
    if (id) {
        browser.sessionStorage.setItem(KEY, id);
    } else {
        browser.sessionStorage.removeItem(KEY);
    }
}
