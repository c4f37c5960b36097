import { fields } from "@mail/core/common/record";
import { Thread } from "@mail/core/common/thread_model";

import { patch } from "@web/core/utils/patch";

export const CHANNEL_TYPE = "whatsapp_chat";

// A conversation is a thread whose other side is no member: name, avatar, place and counters are the customer's
patch(Thread.prototype, {
    setup() {
        super.setup(...arguments);
        this.whatsapp_conversation_id = fields.One("whatsapp.conversation", {
            inverse: "discuss_channel_id",
        });
    },

    get isWhatsapp() {
        return this.channel_type === CHANNEL_TYPE;
    },

    get isWaitingOnWhatsapp() {
        return Boolean(
            this.store.has_access_whatsapp &&
            this.whatsapp_conversation_id?.isWaiting &&
            !this.self_member_id,
        );
    },

    /** Whether nothing can be written to the customer at this moment. */
    get isWhatsappComposerClosed() {
        const conversation = this.isWhatsapp && this.whatsapp_conversation_id;
        return Boolean(
            conversation &&
            (!this.store.has_access_whatsapp || conversation.blocked || !conversation.isWindowOpen),
        );
    },

    /**
     * What the composer does: write to the customer, send a template, keep a text until the customer writes, or write a
     * note to colleagues. The user chooses among what is possible now.
     *
     * @returns {"reply"|"template"|"later"|"note"|undefined}
     */
    get whatsappMode() {
        if (!this.isWhatsapp || !this.whatsapp_conversation_id) {
            return undefined;
        }
        const modes = this.whatsappModes;
        const wish = this.composer?.whatsappWish;
        return modes.includes(wish) ? wish : modes[0];
    },

    /** @returns {string[]} the modes that are possible now, the usual one first */
    get whatsappModes() {
        const conversation = this.whatsapp_conversation_id;
        if (!this.store.has_access_whatsapp || conversation.blocked) {
            return ["note"];
        }
        return conversation.isWindowOpen
            ? ["reply", "template", "note"]
            : ["template", "later", "note"];
    },

    get canTakeOnWhatsapp() {
        const conversation = this.isWhatsapp && this.whatsapp_conversation_id;
        return Boolean(
            conversation &&
            this.store.has_access_whatsapp &&
            !conversation.agent_id &&
            !conversation.blocked,
        );
    },

    /** Whoever takes it answers next; on a phone the keyboard would cover what there is to answer. */
    async takeOnWhatsapp() {
        await this.callOnWhatsapp("action_assign_to_me");
        if (this.composer && !this.store.env.services.ui.isSmall) {
            this.composer.autofocus++;
        }
    },

    /** @param {string} method button of the conversation; what it changes comes back over the bus */
    callOnWhatsapp(method) {
        return this.store.env.services.orm.call("whatsapp.conversation", method, [
            [this.whatsapp_conversation_id.id],
        ]);
    },

    // whoever has it open in the inbox hears of it, as with a chat window, without being a member
    get shouldSubscribeToBusChannel() {
        return (
            super.shouldSubscribeToBusChannel ||
            Boolean(
                this.isWhatsapp &&
                !this.self_member_id &&
                this.eq(this.store.discuss.whatsappInboxThread),
            )
        );
    },

    get displayName() {
        return (this.isWhatsapp && this.whatsapp_conversation_id?.name) || super.displayName;
    },
    get avatarUrl() {
        return (
            (this.isWhatsapp && this.whatsapp_conversation_id?.partner_id?.avatarUrl) ||
            super.avatarUrl
        );
    },
    // unread counter, preview of the last message, chat bubble
    get isChatChannel() {
        return this.isWhatsapp || super.isChatChannel;
    },
    get supportsCustomChannelName() {
        return !this.isWhatsapp && super.supportsCustomChannelName;
    },
    // with one other member, core would take that colleague for the customer
    computeCorrespondent() {
        return this.isWhatsapp ? undefined : super.computeCorrespondent();
    },
    // the link would make strangers members; the server refuses them as well
    get invitationLink() {
        return this.isWhatsapp ? undefined : super.invitationLink;
    },
    get allowedToLeaveChannelTypes() {
        return [...super.allowedToLeaveChannelTypes, CHANNEL_TYPE];
    },
    // who takes care of a conversation gives it away or resolves it; colleagues who looked in just leave
    get canLeave() {
        if (
            this.isWhatsapp &&
            (!this.self_member_id || this.whatsapp_conversation_id?.agent_id?.eq(this.store.self))
        ) {
            return false;
        }
        return super.canLeave;
    },
    get importantCounter() {
        if (this.isWaitingOnWhatsapp) {
            return this.whatsapp_conversation_id.unanswered_count;
        }
        return super.importantCounter;
    },
    get needactionCounter() {
        return this.isWaitingOnWhatsapp
            ? this.whatsapp_conversation_id.unanswered_count
            : super.needactionCounter;
    },
    // what waits is as new to the team as an unread message
    get isUnread() {
        return (
            (this.isWaitingOnWhatsapp && this.whatsapp_conversation_id.unanswered_count > 0) ||
            super.isUnread
        );
    },
    // the inbox is where conversations are followed: no bubble over it
    get inChathubOnNewMessage() {
        return (
            super.inChathubOnNewMessage &&
            (!this.isWhatsapp ||
                (Boolean(this.self_member_id) && !this.store.discuss.isWhatsappInboxActive))
        );
    },
    computeIsDisplayed() {
        return super.computeIsDisplayed() || this.eq(this.store.discuss.whatsappInboxThread);
    },
    get notifyWhenOutOfFocus() {
        return super.notifyWhenOutOfFocus && (!this.isWhatsapp || Boolean(this.self_member_id));
    },
    _computeDiscussAppCategory() {
        if (!this.isWhatsapp) {
            return super._computeDiscussAppCategory();
        }
        return this.isWaitingOnWhatsapp
            ? this.store.discuss.whatsappWaiting
            : this.store.discuss.whatsappMine;
    },
    _computeDisplayInSidebar() {
        return this.isWaitingOnWhatsapp || super._computeDisplayInSidebar();
    },
    // after one is resolved, the next one; core would open the first channel
    onPinStateUpdated() {
        const { discuss } = this.store;
        const hasLeft =
            this.isWhatsapp &&
            !this.displayToSelf &&
            !this.isLocallyPinned &&
            this.eq(discuss?.thread);
        if (hasLeft && discuss.isActive) {
            const isOther = (thread) => thread.notEq(this) && thread.displayInSidebar;
            const mine = discuss.whatsappMine.threads.filter(isOther);
            const next =
                mine.find((thread) => thread.isUnread) ??
                discuss.whatsappWaiting.threads.find(isOther) ??
                mine[0];
            if (this.store.env.services.ui.isSmall) {
                discuss.thread = undefined;
                return;
            }
            if (next) {
                next.setAsDiscussThread();
                return;
            }
        }
        super.onPinStateUpdated(...arguments);
    },
    setAsDiscussThread() {
        super.setAsDiscussThread(...arguments);
        if (this.isWhatsapp && this.store.env.services.ui.isSmall) {
            this.store.discuss.activeTab = CHANNEL_TYPE;
        }
    },
});
