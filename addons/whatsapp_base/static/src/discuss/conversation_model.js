import { fields, Record } from "@mail/core/common/record";

import { browser } from "@web/core/browser/browser";
import { user } from "@web/core/user";

const MINUTE = 60 * 1000;
/** How long before its end the customer service window is counted down, in minutes. */
export const COUNTDOWN_MINUTES = 120;
// Computers sleep, and their timers with them: look again at least this often.
const MAX_WAIT = 5 * MINUTE;

/** A conversation between one of our numbers and one customer, as far as Discuss shows it. */
export class WhatsappConversation extends Record {
    static _name = "whatsapp.conversation";
    static id = "id";

    /** @type {number} */
    id;
    /** @type {string} best known name of the customer */
    name;
    /** @type {string|false} */
    phone;
    /** @type {string|false} */
    username;
    /** @type {boolean} */
    blocked = false;
    /** @type {string} name of our number */
    number;
    /** @type {number} */
    number_id;
    /** @type {number} */
    company_id;
    /** @type {number|false} */
    team_id;
    /** @type {"open"|"pending"|"resolved"} */
    state;
    /** @type {number} messages from the customer since our last one */
    unanswered_count = 0;
    partner_id = fields.One("res.partner");
    /** The colleague who takes care of it. */
    agent_id = fields.One("res.partner");
    discuss_channel_id = fields.One("Thread", { inverse: "whatsapp_conversation_id" });
    last_inbound_at = fields.Datetime();
    waiting_since = fields.Datetime();
    /**
     * What waits for the customer's next message.
     *
     * @type {{id: number, body: string|false, author: string, is_mine: boolean, created: string,
     *  file: {id: number, name: string, mimetype: string}|false}[]}
     */
    pending = fields.Attr([]);
    /** Until when nothing is charged, because the customer came from an ad. */
    free_until = fields.Datetime();
    window_expires_at = fields.Datetime({
        /** @this {WhatsappConversation} */
        onUpdate() {
            this.watchWindow();
        },
    });
    /** Whether WhatsApp accepts free text at this moment. */
    isWindowOpen = false;
    /** Full minutes until the window closes, rounded up; 0 when it is closed. */
    windowMinutesLeft = 0;

    delete() {
        browser.clearTimeout(this._windowTimer);
        super.delete(...arguments);
    }

    get isWaiting() {
        return Boolean(
            this.state === "open" &&
            !this.agent_id &&
            this.last_inbound_at &&
            !this.blocked &&
            user.activeCompanies.some((company) => company.id === this.company_id),
        );
    }

    get isCountingDown() {
        return this.isWindowOpen && this.windowMinutesLeft <= COUNTDOWN_MINUTES;
    }

    /** Keep `isWindowOpen` and `windowMinutesLeft` true as time goes by. */
    watchWindow() {
        browser.clearTimeout(this._windowTimer);
        if (!this.exists()) {
            return;
        }
        const left = this.window_expires_at ? this.window_expires_at.toMillis() - Date.now() : 0;
        this.isWindowOpen = left > 0;
        this.windowMinutesLeft = Math.max(0, Math.ceil(left / MINUTE));
        if (left > 0) {
            const untilCountdown = left - COUNTDOWN_MINUTES * MINUTE;
            const wait =
                untilCountdown > 0 ? Math.min(untilCountdown, MAX_WAIT) : left % MINUTE || MINUTE;
            this._windowTimer = browser.setTimeout(() => this.watchWindow(), wait);
        }
    }
}

WhatsappConversation.register();
