import { fields } from "@mail/core/common/record";
import { DiscussApp } from "@mail/core/public_web/discuss_app_model";
import { DiscussAppCategory } from "@mail/discuss/core/public_web/discuss_app_category_model";
import { compareDatetime } from "@mail/utils/common/misc";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

// Two categories on top of the sidebar: what waits for somebody, and what one takes care of
patch(DiscussApp.prototype, {
    setup() {
        super.setup(...arguments);
        /** The thread that the inbox shows. */
        this.whatsappInboxThread = fields.One("Thread");
        this.isWhatsappInboxActive = false;
        this.whatsappWaiting = fields.One("DiscussAppCategory", {
            compute() {
                return {
                    extraClass: "o-mail-DiscussSidebarCategory-whatsappWaiting",
                    hideWhenEmpty: true,
                    icon: "fa fa-bell-o",
                    id: "whatsapp.waiting",
                    name: _t("WhatsApp: waiting"),
                    sequence: 5,
                };
            },
            eager: true,
        });
        this.whatsappMine = fields.One("DiscussAppCategory", {
            compute() {
                return {
                    extraClass: "o-mail-DiscussSidebarCategory-whatsapp",
                    hideWhenEmpty: true,
                    icon: "fa fa-whatsapp",
                    id: "whatsapp.mine",
                    name: _t("WhatsApp"),
                    sequence: 6,
                };
            },
            eager: true,
        });
        /** The conversation that is open without being pinned: it leaves the sidebar with the next one. */
        this.passingWhatsappThread = fields.One("Thread");
    },

    _threadOnUpdate() {
        const passing = this.passingWhatsappThread;
        if (passing?.notEq(this.thread)) {
            passing.isLocallyPinned = false;
        }
        this.passingWhatsappThread = this.thread?.isWhatsapp ? this.thread : undefined;
        super._threadOnUpdate(...arguments);
    },
});

patch(DiscussAppCategory.prototype, {
    get isVisible() {
        if (this.id === "whatsapp.waiting") {
            return !this.hidden && this.threads.some((thread) => thread.displayInSidebar);
        }
        return super.isVisible;
    },

    /** How many conversations wait, for people: "3", "50+"; empty for other categories. */
    get whatsappWaitingCount() {
        if (this.id !== "whatsapp.waiting") {
            return "";
        }
        const more = this.store.env.services["whatsapp.queue"]?.hasMore ? "+" : "";
        return `${this.threads.length}${more}`;
    },

    sortThreads(t1, t2) {
        if (this.id === "whatsapp.waiting") {
            const [since1, since2] = [t1, t2].map(
                ({ whatsapp_conversation_id: c }) => c?.waiting_since || c?.last_inbound_at,
            );
            return compareDatetime(since1, since2) || t1.id - t2.id;
        }
        if (this.id === "whatsapp.mine") {
            return compareDatetime(t2.lastInterestDt, t1.lastInterestDt) || t2.id - t1.id;
        }
        return super.sortThreads(t1, t2);
    },
});
