/** One question that waits, and how to answer it. */
interface Waiting<Q, A> {
  readonly question: Q;
  resolve(answer: A | Promise<A>): void;
  reject(reason: unknown): void;
}

/**
 * Answers questions that come one by one many at a time: those of one turn together, and while some are being answered
 * the next ones gather. Each is answered by work that began after it was asked, so that nobody is told of an earlier
 * state.
 *
 * @param answerAll one answer for each question, in their order; when it fails, all of its questions do
 * @param most how many questions it takes at once
 */
export function gathering<Q, A>(
  answerAll: (questions: readonly Q[]) => Promise<readonly (A | Promise<A>)[]>,
  most: number,
): (question: Q) => Promise<A> {
  const waiting: Waiting<Q, A>[] = [];
  let isAtWork = false;
  const work = async () => {
    isAtWork = true;
    await new Promise(resolve => setImmediate(resolve));
    while (waiting.length > 0) {
      const taken = waiting.splice(0, most);
      try {
        const answers = await answerAll(taken.map(one => one.question));
        for (const [index, one] of taken.entries()) one.resolve(answers[index] as A);
      } catch (error) {
        for (const one of taken) one.reject(error);
      }
    }
    isAtWork = false;
  };
  return question =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      if (!isAtWork) void work();
    });
}
