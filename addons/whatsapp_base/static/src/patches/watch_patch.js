import { Thread } from "@mail/core/common/thread_model";

import { patch } from "@web/core/utils/patch";

import { watchedConversation } from "../board/watched";

// A supervisor who watches is not noticed: neither the customer nor the agents are told that something was read
patch(Thread.prototype, {
    get isWatchedOnWhatsapp() {
        const id = this.whatsapp_conversation_id?.id;
        return Boolean(id && watchedConversation() === id);
    },

    markAsRead() {
        if (!this.isWatchedOnWhatsapp) {
            super.markAsRead(...arguments);
        }
    },
});
