import { fields, Record } from "@mail/core/common/record";
import { Store } from "@mail/core/common/store_service";

import { patch } from "@web/core/utils/patch";

/** A colleague as somebody who answers customers. */
export class WhatsappAgent extends Record {
    static _name = "whatsapp.agent";
    static id = "id";

    /** @type {number} */
    id;
    /** @type {"active"|"busy"|"break"|"offline"} */
    status = "offline";
    status_since = fields.Datetime();
    /** @type {"hand"|"inactivity"|"schedule"} */
    status_source;
    partner_id = fields.One("res.partner");
}

WhatsappAgent.register();

patch(Store.prototype, {
    setup() {
        super.setup(...arguments);
        /** The user's own row; none before the first status is set. */
        this.whatsapp_agent = fields.One("whatsapp.agent");
    },
});
