/** The rows of the list: which are shown, in which order. */
export class InboxRows {
    /** @type {Object[]} */
    shown = [];
    isLoaded = false;
    query = { view: "all", order: "newest", minutes: 15 };

    constructor(inbox, services) {
        this.orm = services.orm;
    }

    get(id) {
        return this.shown.find((row) => row.id === id);
    }

    neighbour(id, step) {
        const index = this.shown.findIndex((row) => row.id === id);
        return this.shown[index + step]?.id ?? (index < 0 ? this.shown[0]?.id : undefined);
    }

    async load() {
        const { rows } = await this.orm.call("whatsapp.conversation", "inbox_list", [this.query]);
        this.shown = rows;
        this.isLoaded = true;
    }
}
