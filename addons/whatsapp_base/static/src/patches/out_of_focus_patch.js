import { OutOfFocusService } from "@mail/core/common/out_of_focus_service";
import { Store } from "@mail/core/common/store_service";

import { patch } from "@web/core/utils/patch";

const PREVIEW = 200;

// Customers ring as the user chose, never in quiet hours. The tab counts conversations that wait (`whatsapp.alerts`),
// so their messages are not counted a second time as Discuss does it.
patch(OutOfFocusService.prototype, {
    async notify(message, thread) {
        if (!thread?.isWhatsapp) {
            return super.notify(...arguments);
        }
        const alerts = this.env.services["whatsapp.alerts"];
        const conversation = thread.whatsapp_conversation_id;
        if (!alerts || !conversation || alerts.isQuiet || !alerts.isRung(conversation, true)) {
            return;
        }
        if (await this.hasServiceWorkInstalledAndPushSubscriptionActive()) {
            return; // the push says it
        }
        await this.sendNotification({
            icon: message.author?.avatarUrl,
            message: message.previewText.toString().substring(0, PREVIEW),
            sound: this.store.settings.whatsapp_sound !== false,
            title: message.authorName,
            type: "info",
        });
    },
});

patch(Store.prototype, {
    /** A push was shown, which makes the sound of Discuss: not for who wants none of customers. */
    onPushNotificationDisplayed({ model, res_id: id }) {
        const isWhatsapp = this.Thread.get({ model, id })?.isWhatsapp;
        if (!isWhatsapp || this.settings.whatsapp_sound !== false) {
            super.onPushNotificationDisplayed(...arguments);
        }
    },
});
