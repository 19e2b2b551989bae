/** Answers that are asked for again and again: all are forgotten when there are too many, and worked out anew. */
export interface KeptAnswers<Answer> {
  readonly get: (question: string) => Answer | undefined;
  readonly keep: (question: string, answer: Answer) => Answer;
}

export const keptAnswers = <Answer>(most: number): KeptAnswers<Answer> => {
  const answers = new Map<string, Answer>();
  return {
    get: (question) => answers.get(question),
    keep: (question, answer) => {
      if (answers.size >= most) answers.clear();
      answers.set(question, answer);
      return answer;
    },
  };
};
