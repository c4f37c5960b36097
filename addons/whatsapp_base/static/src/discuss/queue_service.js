import { effectWithCleanup } from "@mail/utils/common/misc";

import { reactive } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";

/** What the client asks the websocket for; the server answers with the queues that the user may see. */
export const QUEUE_CHANNEL = "whatsapp.queue";
/** In a flood each client looks again within this time (ms), at a moment of its own: not all at once. */
const LOOK_AGAIN_AFTER = 1000;
const LOOK_AGAIN_SPREAD = 2000;
const LOADING_PAUSE = 300;

/** Follows the conversations that wait for somebody to take them, without being a member of their threads. */
export class WhatsappQueue {
    /** Whether more wait than the newest ones that the server sends. */
    hasMore = false;
    isFetched = false;
    lookAgain = null;

    /** @param {import("services").ServiceFactories} services */
    constructor({ bus_service: busService, "mail.store": store }) {
        this.busService = busService;
        this.store = store;
    }

    async start() {
        this.busService.subscribe("whatsapp.conversation/queue", (payload) =>
            this.onNotification(payload),
        );
        this.busService.subscribe("whatsapp.conversation/news", ({ id }) => this.onNews(id));
        await this.store.isReady;
        if (!this.store.has_access_whatsapp) {
            return;
        }
        this.busService.addChannel(QUEUE_CHANNEL);
        // whatever was said while the connection was down is lost
        this.busService.addEventListener("BUS:RECONNECT", () => this.isFetched && this.fetch());
        effectWithCleanup({
            effect: (isActive) => {
                if (isActive) {
                    this.fetch();
                }
            },
            dependencies: (discuss) => [discuss.isActive],
            reactiveTargets: [this.store.discuss],
        });
    }

    /** Load the newest waiting conversations; forget those that wait no longer. */
    async fetch() {
        const { channels, count } = await this.store.fetchStoreData(
            "/whatsapp/waiting",
            undefined,
            {
                requestData: true,
            },
        );
        this.isFetched = true;
        this.hasMore = count > channels.length;
        if (!this.hasMore) {
            const ids = new Set(channels.map((thread) => thread.id));
            this.forget(this.waiting.filter((thread) => !ids.has(thread.id)));
        }
    }

    /** @returns {import("models").Thread[]} */
    get waiting() {
        return Object.values(this.store.Thread.records).filter(
            (thread) => thread.isWaitingOnWhatsapp,
        );
    }

    /**
     * @param {Object} payload
     * @param {Object} payload.waiting store data of conversations that wait
     * @param {Object} payload.known store data of conversations that wait no longer, for who knows them
     * @param {number[]} payload.gone conversations that went to another team
     * @param {boolean} [payload.flood] so many more wait now that their data is not sent
     */
    onNotification({ waiting, known, gone, flood }) {
        const Conversation = this.store["whatsapp.conversation"];
        this.forget(gone.map((id) => Conversation.get(id)?.discuss_channel_id).filter(Boolean));
        this.store.insert(waiting);
        const changed = (known["whatsapp.conversation"] ?? []).filter(({ id }) =>
            Conversation.get(id),
        );
        if (changed.length) {
            this.store.insert({ ...known, "whatsapp.conversation": changed });
        }
        if (flood && this.isFetched && this.lookAgain === null) {
            const delay = LOOK_AGAIN_AFTER + Math.random() * LOOK_AGAIN_SPREAD;
            this.lookAgain = browser.setTimeout(() => {
                this.lookAgain = null;
                this.fetch();
            }, delay);
        }
    }

    /**
     * Messages came into a conversation, and in a flood they are not sent along: who has it open fetches them.
     *
     * @param {number} channelId of the Discuss channel
     */
    onNews(channelId) {
        const thread = this.store.Thread.get({ model: "discuss.channel", id: channelId });
        if (thread?.status === "loading") {
            // what is on its way may be older than the news
            browser.setTimeout(() => this.onNews(channelId), LOADING_PAUSE);
        } else if (thread?.isLoaded && !thread.loadNewer) {
            // (where older messages are shown, the newer ones come when the reader scrolls down)
            thread.loadNewer = true;
            thread.fetchMoreMessages("newer");
        }
    }

    /** @param {import("models").Thread[]} threads */
    forget(threads) {
        // what the inbox has open is looked at again, also when the user is elsewhere at the moment
        const kept = this.store.env.services["whatsapp.inbox"]?.thread;
        for (const thread of threads) {
            if (
                thread.notEq(kept) &&
                !thread.self_member_id &&
                !thread.isLocallyPinned &&
                thread.notEq(this.store.discuss.thread) &&
                !thread.isDisplayed
            ) {
                thread.whatsapp_conversation_id?.delete();
                thread.delete();
            }
        }
    }
}

export const whatsappQueueService = {
    dependencies: ["bus_service", "mail.store"],
    start(env, services) {
        const queue = reactive(new WhatsappQueue(services));
        queue.start();
        return queue;
    },
};

registry.category("services").add("whatsapp.queue", whatsappQueueService);
