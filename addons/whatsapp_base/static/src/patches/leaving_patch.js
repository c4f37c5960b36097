import { Composer } from "@mail/core/common/composer";
import { Thread } from "@mail/core/common/thread";
import { useSeverance } from "@whatsapp_base/discuss/severance";

import { onWillDestroy, onWillUnmount, toRaw } from "@odoo/owl";

import { patch } from "@web/core/utils/patch";

/*
 * Lets go of threads that were closed. A record remembers whoever reads it, to have it drawn again, until that component
 * is destroyed. Odoo's thread and composer read once more when they are destroyed or just after, and leave observers
 * behind that nothing takes back: they stayed for good, with all messages that they had shown, and an agent who opens
 * hundreds of conversations a day filled the memory.
 */

patch(Thread.prototype, {
    setup() {
        super.setup();
        // a moment after the end, both are asked whether the ends of the thread are in view; what is raw remembers nobody
        onWillDestroy(() => {
            this.loadOlderState = toRaw(this.loadOlderState);
            this.loadNewerState = toRaw(this.loadNewerState);
        });
        useSeverance();
    },

    registerMessageRef(message, ref) {
        super.registerMessageRef(ref ? message : toRaw(message), ref);
    },
});

patch(Composer.prototype, {
    setup() {
        super.setup();
        onWillUnmount(() => {
            this.stopTyping();
            this.hasLeft = true;
        });
        useSeverance();
    },

    stopTyping() {
        if (!this.hasLeft) {
            super.stopTyping(...arguments);
        }
    },
});
