// The tokens that may still be chosen, and their logits. While they are most of a vocabulary, they
// are the row of logits itself with a bound below; what has become few is a list. Everything lies
// in memory that the next token uses again.

import { listFrom, listLargest, listMasked } from "./fill-list.js";
import { ENOUGH, HEAD, heaviestRest, isDecided, isFlat, tieOf } from "./head.js";
import { largest } from "./largest.js";
import { clear, isSparse } from "./mask.js";
import { findPrefix } from "./prefix.js";
import { Ranges } from "./ranges.js";
import { refuseOne } from "./refuse.js";
import { TokenList } from "./token-list.js";

/** The lowest number that isn't -Infinity. */
const LOWEST = -Number.MAX_VALUE;
/** Bounds that leave no more tokens make a list. */
const FEW = 4096;
/** Twice the relative error of the sums of ranges. */
const DOUBT = 2.2e-8;

export class Candidates {
  readonly size: number;
  /** What the logits were divided by. */
  temperature = 1;
  /** Of the token that was drawn last, among the candidates: if their sum was asked for, or they are a list. */
  probability = 1;
  readonly #list: TokenList;
  readonly #own: Float32Array;
  readonly #ranges: Ranges;
  #order: Float64Array | undefined;
  #logits: Float32Array;
  #isListed = false;
  /** The largest candidate; NaN while not known. */
  #most = Number.NaN;
  // Without a list, candidates are at least `#floor` and at least `#most - #drop`;
  // of those that equal `#floor`, they are the first `#ties`.
  #floor = LOWEST;
  #drop = Infinity;
  #ties = Infinity;
  /** Whether `#ranges` holds the sums of logits from `#floor` or less up. */
  #isSummed = false;
  /** The weight of all candidates in `#ranges`, with the right ties; NaN while not known. */
  #mass = Number.NaN;

  /** @param size  tokens of the vocabulary. */
  constructor(size: number) {
    this.size = size;
    this.#list = new TokenList(size);
    this.#own = new Float32Array(size);
    this.#ranges = new Ranges(this.#list);
    this.#logits = this.#own;
  }

  /** Begins with all tokens whose logits aren't -Infinity. */
  reset(logits: Float32Array): void {
    this.#logits = logits;
    this.#isListed = false;
    this.#most = Number.NaN;
    this.temperature = 1;
    this.#unbound();
  }

  /** Begins with these tokens, in any order. @throws SamplerError ERR_LOGITS for NaN or Infinity. */
  resetTo(ids: ArrayLike<number>, values: ArrayLike<number>): void {
    this.reset(this.#own);
    const { keys } = this.#list;
    // An id and its place make one number that is exact.
    const count = ids.length;
    for (let i = 0; i < count; i++) keys[i] = (ids[i] as number) * 2 ** 21 + i;
    keys.subarray(0, count).sort();
    this.#list.count = 0;
    for (let i = 0; i < count; i++) {
      const key = keys[i] as number;
      this.#list.push(Math.floor(key / 2 ** 21), values[key % 2 ** 21] as number);
    }
    this.#isListed = true;
    this.edited();
  }

  /** Whether it is known that no token is left. */
  get isEmpty(): boolean {
    if (this.#isListed) return this.#list.count === 0;
    return this.#most === -Infinity || (this.#isSummed && this.#ranges.total === 0);
  }

  /** The largest logit, before division. */
  largest(): number {
    if (Number.isNaN(this.#most)) {
      if (this.#isListed) this.#most = this.#list.largest();
      else this.#most = largest(this.#logits);
      if (Number.isNaN(this.#most)) refuseOne(this.#logits);
    }
    return this.#most;
  }

  /** The likeliest token, of equals the lowest id; -1 if none is left. */
  likeliest(): number {
    const most = this.largest();
    if (most === -Infinity) return -1;
    if (!this.#isListed) return this.#logits.indexOf(most);
    return this.#list.ids[this.#list.values.indexOf(most)] as number;
  }

  // Changes of single logits.

  /** To be called before logits are changed. */
  edit(): void {
    if (this.#isListed) return;
    if (this.#isBounded) this.list();
    else if (this.#logits !== this.#own) {
      this.#own.set(this.#logits);
      this.#logits = this.#own;
    }
  }

  /** To be called after logits were changed. */
  edited(): void {
    this.#most = Number.NaN;
    this.#forgetSums();
    if (this.#isListed) this.#list.keep(LOWEST, Infinity);
  }

  /** Where a token's logit is; -1 if it is no candidate. */
  placeOf(id: number): number {
    if (this.#isListed) return this.#list.placeOf(id);
    return id < this.size ? id : -1;
  }

  /** The logit at a place, after division. */
  logitAt(place: number): number {
    const value = this.#isListed ? this.#list.values[place] : this.#logits[place];
    return (value as number) / this.temperature;
  }

  /** -Infinity takes the token away. */
  setLogitAt(place: number, logit: number): void {
    // As float32, the precision of logits, whether in a list or not.
    if (this.#isListed) this.#list.values[place] = Math.fround(logit * this.temperature);
    else this.#own[place] = logit * this.temperature;
  }

  /** Takes away all tokens but those whose bit is set: 32 tokens a word, the lowest bit first. */
  restrict(mask: Uint32Array): void {
    if (this.#isListed || this.#isBounded) {
      const { ids, values, count } = this.list();
      for (let i = 0; i < count; i++) {
        const id = ids[i] as number;
        if ((((mask[id >> 5] ?? 0) >>> (id & 31)) & 1) === 0) values[i] = -Infinity;
      }
    } else if (isSparse(mask, this.size)) {
      listMasked(this.#list, this.#logits, mask);
      this.#isListed = true;
    } else {
      this.edit();
      clear(this.#own, mask);
    }
    this.edited();
  }

  // Filters.

  /** Divides the logits. */
  divide(temperature: number): void {
    this.temperature *= temperature;
    this.#forgetSums();
  }

  /** Keeps tokens whose logits, after division, are below the largest by no more than `drop`. */
  keepWithin(drop: number): void {
    this.#drop = Math.min(this.#drop, drop * this.temperature);
    if (this.#isListed) this.#applyDrop();
  }

  /** Keeps the largest logits, of equals the lowest ids. */
  keepLargest(count: number): void {
    if (count >= this.size) return;
    if (this.#isListed || this.#ties < Infinity) {
      const list = this.list();
      if (count < list.count) list.keepLargest(count);
      return;
    }
    listLargest(this.#list, this.#logits, this.#floor, count);
    // The other bound, if there is one, follows from the largest; so it commutes with this.
    const drop = this.#drop;
    this.#isListed = true;
    this.#unbound();
    this.#drop = drop;
    this.#applyDrop();
  }

  /** Keeps the likeliest tokens until they have this share of the probability. */
  keepShare(share: number): void {
    if (this.#ties < Infinity) this.list();
    if (this.#isListed) {
      const { least, ties } = this.#list.find(share * this.weigh() * ENOUGH, false);
      this.#list.keep(least, ties);
    } else if (this.#tryHead(share, false)) {
      this.#isListed = true;
      this.#unbound();
      this.#list.keep(this.#list.prefix.least, this.#list.prefix.ties);
    } else {
      const mass = this.#massOfRanges();
      if (mass === 0) return;
      const prefix = this.#ranges.find(share * mass * ENOUGH, false);
      this.#floor = prefix.least;
      this.#ties = prefix.ties;
      this.#mass = prefix.above + prefix.ties * prefix.weight;
    }
  }

  /** Takes away the tokens whose logits, before division, are `bound` or more, but the smallest of them, of equals the last. */
  dropAllButLeastFrom(bound: number): void {
    this.edit();
    const values = this.#isListed ? this.#list.values : this.#own;
    const count = this.#isListed ? this.#list.count : this.size;
    let least = Infinity;
    let place = -1;
    for (let i = 0; i < count; i++) {
      const value = values[i] as number;
      if (value < bound || value > least) continue;
      least = value;
      place = i;
    }
    for (let i = 0; i < count; i++) {
      if ((values[i] as number) >= bound && i !== place) values[i] = -Infinity;
    }
    this.edited();
  }

  /** ln of the sum of exp(logit / temperature). */
  logTotal(): number {
    if (this.#isListed) return this.largest() / this.temperature + Math.log(this.weigh());
    const mass = this.#massOfRanges();
    return this.#ranges.reference / this.temperature + Math.log(mass);
  }

  /** Draws a token, the likeliest at 0, equals in the order of ids; -1 if none is left. */
  draw(random: number): number {
    if (!this.#isListed) this.#listFew();
    if (this.#isListed) {
      const total = this.weigh();
      const target = random * total * ENOUGH;
      const prefix = this.#list.find(target, true);
      this.probability = Math.min(1, prefix.weight / total);
      return this.#list.found(tieOf(prefix, target));
    }
    // The prefix ends with the token, which is the last of its ties.
    if (this.#tryHead(random, true)) return this.#list.found(this.#list.prefix.ties - 1);
    const mass = this.#massOfRanges();
    if (mass === 0) return -1;
    const target = random * mass * ENOUGH;
    const prefix = this.#ranges.find(target, true);
    this.probability = Math.min(1, prefix.weight / mass);
    return this.#ranges.found(tieOf(prefix, target));
  }

  // What filters of their own need.

  /** Makes a list, however long. */
  list(): TokenList {
    if (!this.#isListed) {
      this.#applyDrop();
      listFrom(this.#list, this.#logits, this.#floor, this.#ties, this.size);
      this.#isListed = true;
      this.#unbound();
    }
    return this.#list;
  }

  /** Makes exp((logit - largest) / temperature) of the list anew. @returns their sum. */
  weigh(): number {
    return this.#list.weigh(this.largest(), this.temperature);
  }

  /**
   * Keeps the part of the list with the largest keys, until weights of `enough` are reached, with all that equal the last.
   * Keys and weights are those that were written to the list; they are used up.
   */
  keepByKeys(enough: number): void {
    const { keys, weights, values, count, prefix } = this.#list;
    this.#order ??= new Float64Array(this.size);
    for (let i = 0; i < count; i++) this.#order[i] = keys[i] as number;
    findPrefix(keys, weights, count, enough * ENOUGH, false, prefix);
    for (let i = 0; i < count; i++) {
      if ((this.#order[i] as number) < prefix.least) values[i] = -Infinity;
    }
    this.edited();
  }

  /** All logits, where there is neither a list nor a bound. */
  get row(): Float32Array | undefined {
    return this.#isListed || this.#isBounded ? undefined : this.#logits;
  }

  get #isBounded(): boolean {
    return this.#floor > LOWEST || this.#drop < Infinity || this.#ties < Infinity;
  }

  #unbound(): void {
    this.#floor = LOWEST;
    this.#drop = Infinity;
    this.#ties = Infinity;
    this.#forgetSums();
  }

  #forgetSums(): void {
    this.#isSummed = false;
    this.#mass = Number.NaN;
  }

  /** Makes `#drop` a bound, or leaves out of a list what is below it. */
  #applyDrop(): void {
    if (this.#drop === Infinity) return;
    const floor = this.largest() - this.#drop;
    this.#drop = Infinity;
    if (this.#isListed) this.#list.keep(floor, Infinity);
    else if (floor > this.#floor) {
      this.#floor = floor;
      this.#ties = Infinity;
      this.#mass = Number.NaN;
    }
  }

  /** Makes a list if a bound leaves few tokens. */
  #listFew(): void {
    this.#applyDrop();
    if (this.#floor === LOWEST || this.#ties < Infinity) return;
    if (!listFrom(this.#list, this.#logits, this.#floor, Infinity, FEW)) return;
    this.#isListed = true;
    this.#unbound();
  }

  /**
   * Tries whether the largest logits decide where a share of the probability ends. If so, `#list` has them, and found it;
   * candidates are as before, in any case.
   */
  #tryHead(share: number, strict: boolean): boolean {
    this.#applyDrop();
    if (this.#isSummed || this.#ties < Infinity) return false;
    if (isFlat(this.#logits, this.temperature)) return false;
    const list = this.#list;
    listLargest(list, this.#logits, this.#floor, HEAD);
    this.#most = list.largest();
    let total = this.weigh();
    if (isDecided(list, total, share, strict, 0, heaviestRest(list, this.size))) return true;
    // Sums and weights in the list have the same reference: the largest logit.
    const mass = this.#massOfRanges();
    total = this.weigh();
    const rest = mass - total;
    return isDecided(list, total, share, strict, rest - DOUBT * mass, rest + DOUBT * mass);
  }

  /** Has `#ranges` hold the sums of all candidates, but for ties. */
  #sum(): void {
    this.#applyDrop();
    if (this.#isSummed && this.#ranges.isCurrent) return;
    this.#ranges.build(this.#logits, this.temperature, this.#floor, this.largest());
    this.#isSummed = true;
    this.#mass = this.#ties === Infinity ? this.#ranges.total : Number.NaN;
  }

  #massOfRanges(): number {
    this.#sum();
    if (Number.isNaN(this.#mass)) this.#mass = this.#ranges.sumFrom(this.#floor, this.#ties);
    return this.#mass;
  }
}
