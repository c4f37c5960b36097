import { Message } from "@mail/core/common/message_model";
import { Store } from "@mail/core/common/store_service";
import { convertBrToLineBreak } from "@mail/utils/common/format";

import { browser } from "@web/core/browser/browser";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import { uuid } from "@web/core/utils/strings";

// Core hides why a message was not posted, and posts it twice if only the answer was lost
patch(Store.prototype, {
    onStarted() {
        super.onStarted(...arguments);
        browser.addEventListener("beforeunload", (ev) => {
            if (this.isWhatsappOnlyHere) {
                ev.preventDefault();
            }
        });
    },

    /** Whether something would be lost with this page; texts that are being written are kept as drafts. */
    get isWhatsappOnlyHere() {
        const messages = Object.values(this["mail.message"].records);
        const composers = Object.values(this.Composer.records);
        return (
            messages.some((message) => message.isUnsentOnWhatsapp) ||
            composers.some((composer) => composer.whatsappFiles.length > 0)
        );
    },

    async getMessagePostParams({ postData, thread }) {
        const params = await super.getMessagePostParams(...arguments);
        const stickers = (postData.attachments ?? []).filter((file) => file.isWhatsappSticker);
        if (stickers.length) {
            params.post_data.whatsapp_sticker_ids = stickers.map(({ id }) => id);
        }
        if (thread?.isWhatsapp) {
            params.post_data.whatsapp_once = uuid();
        }
        return params;
    },

    doMessagePost(params, tmpMessage) {
        const thread = tmpMessage?.thread;
        if (!thread?.isWhatsapp) {
            return super.doMessagePost(...arguments);
        }
        return this.messagePostMutex.exec(async () => {
            try {
                return await rpc("/mail/message/post", params, { silent: true });
            } catch (error) {
                if (error instanceof ConnectionLostError) {
                    tmpMessage.postFailRedo = () => tmpMessage.postAgainOnWhatsapp(params);
                    return undefined;
                }
                // the server has refused: it is in nobody's thread, and goes back to where it was written
                const { attachment_ids: attachments, parent_id: parent } = tmpMessage;
                thread.composer.takeBackOnWhatsapp({
                    attachments: [...attachments],
                    partners: params.post_data.partner_ids ?? [],
                    replyTo: parent,
                    slot: params.post_data.subtype_xmlid === "mail.mt_note" ? "note" : "customer",
                    text: convertBrToLineBreak(params.post_data.body),
                });
                tmpMessage.delete();
                throw error;
            }
        });
    },
});

patch(Message.prototype, {
    /** Whether it could not be posted because there was no connection. */
    get isUnsentOnWhatsapp() {
        return Boolean(this.postFailRedo && this.thread?.isWhatsapp);
    },

    /** @param {Object} params of the first attempt, with its key: what arrived then is not posted again */
    async postAgainOnWhatsapp(params) {
        const { store, thread } = this;
        this.postFailRedo = undefined;
        const data = await store.doMessagePost(params, this);
        if (!data || !this.exists()) {
            return;
        }
        store.insert(data.store_data);
        thread.addOrReplaceMessage(store["mail.message"].get(data.message_id), this);
        this.delete();
    },
});
