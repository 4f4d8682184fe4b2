import { isMatch } from "../../model/matcher.ts";
import type { EventOf, Recording } from "../../model/recording.ts";
import type { StateItem } from "../../model/state.ts";
import { engineItems } from "../engine-items.ts";
import { type JudgedExpectation, judgedExpectations } from "../intent.ts";
import { canaryStep, snapshotsOf, type SnapshotView } from "../timeline.ts";
import { firstOfEachFamily, type Plant, plantIn } from "./plant.ts";

interface Candidate {
  readonly item: StateItem;
  readonly view: SnapshotView;
  readonly items: readonly StateItem[];
  readonly expectation: EventOf<"expectation">;
}

/** Those of the canary first: it is in every attempt. */
function expectations(recording: Recording, present: boolean): readonly JudgedExpectation[] {
  const all = judgedExpectations(recording).filter(({ event }) => event.expectation.present === present);
  const isCanary = ({ event }: JudgedExpectation): boolean => event.step === canaryStep;
  return [...all.filter(isCanary), ...all.filter((judged) => !isCanary(judged))];
}

function* wantedItems(recording: Recording): Generator<Candidate> {
  for (const { event, view, items } of expectations(recording, true)) {
    for (const matcher of event.matchers) {
      const matched = items.filter((item) => isMatch(matcher, item));
      const [item] = matched;
      // What stands for the intent in two families at once says of none whether it is seen there.
      if (item === undefined || matched.some(({ family }) => family !== item.family)) continue;
      const left = view.items.filter((held) => !isMatch(matcher, held));
      yield { item, view, items: left, expectation: event };
    }
  }
}

function* unwantedItems(recording: Recording): Generator<Candidate> {
  for (const { event, view, items } of expectations(recording, false)) {
    for (const matcher of event.matchers) {
      if (items.some((item) => isMatch(matcher, item))) continue;
      const earlier = snapshotsOf(recording, view.node).filter(({ index }) => index < view.index);
      const item = earlier
        .values()
        .flatMap((look) => engineItems(recording, look))
        .find((one) => isMatch(matcher, one));
      if (item !== undefined) yield { item, view, items: [...view.items, item], expectation: event };
    }
  }
}

/** What the scenario wants is not there, or what it rules out is. */
export function intentPlants(recording: Recording): readonly Plant[] {
  const plant =
    (act: string) =>
    ({ item, view, items, expectation }: Candidate): Plant =>
      plantIn(recording, { oracle: "intent", act, item, view, items, expectation });
  return [
    ...firstOfEachFamily(wantedItems(recording)).map(plant("is missing")),
    ...firstOfEachFamily(unwantedItems(recording)).map(plant("is there and must not be")),
  ];
}
