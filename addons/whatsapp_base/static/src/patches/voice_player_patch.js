import { VoicePlayer } from "@mail/discuss/voice_message/common/voice_player";

import { status } from "@odoo/owl";

import { patch } from "@web/core/utils/patch";

// What a phone recorded need not be what this browser can draw: then the browser's own player has it, and no error
patch(VoicePlayer.prototype, {
    get isOfWhatsapp() {
        return Boolean(this.props.attachment.thread?.isWhatsapp);
    },
    async fetchFile() {
        try {
            return await super.fetchFile(...arguments);
        } catch (error) {
            if (!this.isOfWhatsapp) {
                throw error;
            }
            return undefined; // cannot be drawn either
        }
    },
    async drawBuffer(arrayBuffer) {
        try {
            await super.drawBuffer(arrayBuffer);
        } catch (error) {
            if (!this.isOfWhatsapp) {
                throw error;
            }
            if (status(this) !== "destroyed") {
                this.props.attachment.voice_ids = [];
            }
        }
    },
});
