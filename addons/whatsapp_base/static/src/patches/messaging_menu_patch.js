import { MessagingMenu } from "@mail/core/public_web/messaging_menu";
import { CHANNEL_TYPE } from "@whatsapp_base/patches/thread_model_patch";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

// On a phone the tabs take the place of the sidebar: waiting conversations must be found there too
patch(MessagingMenu.prototype, {
    get _tabs() {
        const tabs = super._tabs;
        const { whatsappMine, whatsappWaiting } = this.store.discuss;
        if (
            this.store.has_access_whatsapp ||
            whatsappMine.threads.some((thread) => thread.displayToSelf)
        ) {
            tabs.push({
                counter: whatsappMine.threadsWithCounter.length + whatsappWaiting.threads.length,
                icon: "fa fa-whatsapp",
                id: CHANNEL_TYPE,
                label: _t("WhatsApp"),
                sequence: 50,
            });
        }
        return tabs;
    },
    get threads() {
        if (this.store.discuss.activeTab !== CHANNEL_TYPE) {
            return super.threads;
        }
        const term = this.store.discuss.searchTerm.toLowerCase();
        const waiting = this.store.discuss.whatsappWaiting.threads.filter((thread) =>
            thread.displayName.toLowerCase().includes(term),
        );
        return [...waiting, ...super.threads];
    },
});
