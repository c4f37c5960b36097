/** Which conversations are marked in the list. */
export class InboxSelection {
    /** @type {Set<number>} */
    ids = new Set();
    /** Whether all of the view are meant, loaded or not. */
    isWholeView = false;
    /** @type {number|false} where shift-click begins */
    _anchor = false;

    get size() {
        return this.ids.size;
    }

    has(id) {
        return this.ids.has(id);
    }

    clear() {
        this.ids.clear();
        this.isWholeView = false;
        this._anchor = false;
    }

    /** @param {number[]} ids */
    remove(ids) {
        for (const id of ids) {
            this.ids.delete(id);
        }
    }

    /**
     * Mark a row or take its mark away; with shift, all between this one and the one before.
     *
     * @param {number} id
     * @param {{range?: boolean, shown?: number[]}} [options] `shown`: IDs on the screen, in order
     */
    toggle(id, { range = false, shown = [] } = {}) {
        this.isWholeView = false;
        const [from, to] = [shown.indexOf(this._anchor), shown.indexOf(id)];
        if (range && from >= 0 && to >= 0) {
            for (const other of shown.slice(Math.min(from, to), Math.max(from, to) + 1)) {
                this.ids.add(other);
            }
        } else if (this.ids.has(id)) {
            this.ids.delete(id);
        } else {
            this.ids.add(id);
        }
        this._anchor = id;
    }

    /** @param {number[]} ids */
    selectAll(ids) {
        for (const id of ids) {
            this.ids.add(id);
        }
    }
}
