/** The fields of a Map, and what the mode DISTRIBUTED adds. */
import type { Distribution, Flow, ItemBatcher, ItemReader, ResultWriter } from './definition.ts';
import { isFields } from './reader.ts';
import type { Fields, Reader } from './reader.ts';

const delimiters: Readonly<Record<string, string>> = {
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  SPACE: ' ',
  TAB: '\t',
};

const readerOperations: Readonly<Record<string, ItemReader['operation']>> = {
  'arn:aws:states:::s3:getObject': 'GetObject',
  'arn:aws:states:::s3:listObjectsV2': 'ListObjectsV2',
};

const distributedFields = ['ItemReader', 'ItemBatcher', 'ResultWriter', 'Label'];

export const mapFields = [
  ...['Items', 'ItemSelector', 'ItemProcessor', 'MaxConcurrency'],
  ...['ToleratedFailureCount', 'ToleratedFailurePercentage', ...distributedFields],
];

const nothing = { kind: 'constant' as const, value: {} };

export const createMapParser = (reader: Reader) => {
  const part = (fields: Fields, name: string, location: string): Fields | null => {
    const value = fields[name];
    if (value === undefined) return null;
    if (isFields(value)) return value;
    reader.complain(`The field '${name}' must be an object`, `${location}/${name}`);
    return null;
  };
  const oneOf = <T extends string>(
    fields: Fields,
    name: string,
    choices: readonly [T, ...T[]],
    location: string,
  ): T => {
    const value = fields[name];
    const chosen = choices.find((choice) => choice === value);
    if (value !== undefined && chosen === undefined) {
      const list = choices.join(', ');
      reader.complain(`The field '${name}' must be one of ${list}`, `${location}/${name}`);
    }
    return chosen ?? choices[0];
  };

  const csvOf = (configuration: Fields, at: string): ItemReader['csv'] => {
    const header = oneOf(configuration, 'CSVHeaderLocation', ['FIRST_ROW', 'GIVEN'], at);
    const headers = reader.list(configuration, 'CSVHeaders', at).map(String);
    if ((header === 'GIVEN') !== headers.length > 0) {
      reader.complain("'CSVHeaders' belong to the header location GIVEN", `${at}/CSVHeaders`);
    }
    const delimiter = oneOf(
      configuration,
      'CSVDelimiter',
      ['COMMA', 'PIPE', 'SEMICOLON', 'SPACE', 'TAB'],
      at,
    );
    return {
      headers: header === 'GIVEN' ? headers : null,
      delimiter: delimiters[delimiter] ?? ',',
    };
  };

  const itemReader = (fields: Fields, location: string): ItemReader | null => {
    const given = part(fields, 'ItemReader', location);
    if (given === null) return null;
    const at = `${location}/ItemReader`;
    reader.allow(given, ['Resource', 'Arguments', 'ReaderConfig'], at);
    const operation = readerOperations[reader.text(given, 'Resource', at) ?? ''];
    if (operation === undefined) {
      reader.complain("An ItemReader's resource is s3:getObject or s3:listObjectsV2", at);
    }
    const argumentsTemplate = reader.template(given, 'Arguments', at);
    if (argumentsTemplate === null) reader.complain("The field 'Arguments' is missing", at);
    const configuration = part(given, 'ReaderConfig', at) ?? {};
    const inside = `${at}/ReaderConfig`;
    reader.allow(
      configuration,
      ['InputType', 'CSVHeaderLocation', 'CSVHeaders', 'CSVDelimiter', 'MaxItems'],
      inside,
    );
    if (operation === 'GetObject' && configuration['InputType'] === undefined) {
      reader.complain("The field 'InputType' is missing", inside);
    }
    const inputType = oneOf(configuration, 'InputType', ['JSON', 'JSONL', 'CSV'], inside);
    const csv =
      inputType === 'CSV' ? csvOf(configuration, inside) : { headers: null, delimiter: ',' };
    return {
      operation: operation ?? 'GetObject',
      arguments: argumentsTemplate ?? nothing,
      inputType,
      csv,
      maxItems: reader.count(configuration, 'MaxItems', inside, { least: 0 }),
    };
  };

  const itemBatcher = (fields: Fields, location: string): ItemBatcher | null => {
    const given = part(fields, 'ItemBatcher', location);
    if (given === null) return null;
    const at = `${location}/ItemBatcher`;
    reader.allow(given, ['MaxItemsPerBatch', 'MaxInputBytesPerBatch', 'BatchInput'], at);
    const maxItems = reader.count(given, 'MaxItemsPerBatch', at, { least: 1 });
    const maxBytes = reader.count(given, 'MaxInputBytesPerBatch', at, { least: 1, most: 262_144 });
    if (maxItems === null && maxBytes === null) {
      reader.complain("'MaxItemsPerBatch' or 'MaxInputBytesPerBatch' is needed", at);
    }
    return { maxItems, maxBytes, batchInput: reader.template(given, 'BatchInput', at) };
  };

  const resultWriter = (fields: Fields, location: string): ResultWriter | null => {
    const given = part(fields, 'ResultWriter', location);
    if (given === null) return null;
    const at = `${location}/ResultWriter`;
    reader.allow(given, ['Resource', 'Arguments', 'WriterConfig'], at);
    const destination = reader.template(given, 'Arguments', at);
    const resource = given['Resource'];
    if ((resource === undefined) !== (destination === null)) {
      reader.complain("'Resource' and 'Arguments' of a ResultWriter go together", at);
    }
    if (resource !== undefined && resource !== 'arn:aws:states:::s3:putObject') {
      reader.complain("A ResultWriter's resource is s3:putObject", `${at}/Resource`);
    }
    const configuration = part(given, 'WriterConfig', at);
    if (configuration === null && destination === null) {
      reader.complain("A ResultWriter needs 'Arguments' or 'WriterConfig'", at);
    }
    const inside = `${at}/WriterConfig`;
    reader.allow(configuration ?? {}, ['Transformation', 'OutputType'], inside);
    const transformations = ['NONE', 'COMPACT', 'FLATTEN'] as const;
    return {
      arguments: destination,
      transformation: oneOf(configuration ?? {}, 'Transformation', transformations, inside),
      isJsonLines: oneOf(configuration ?? {}, 'OutputType', ['JSON', 'JSONL'], inside) === 'JSONL',
    };
  };

  const labelOf = (fields: Fields, name: string, location: string): string => {
    const label = fields['Label'];
    if (label === undefined) return name.replace(/[^\w-]/g, '').slice(0, 40);
    if (typeof label === 'string' && /^[^\s?*<>{}[\]:;,\\|^~$#%&`"]{1,40}$/.test(label))
      return label;
    reader.complain("The field 'Label' has 40 characters at most", `${location}/Label`);
    return '';
  };

  /** @param parseFlow takes the processor's own fields, and the type of execution that runs them */
  return (
    fields: Fields,
    location: string,
    name: string,
    parseFlow: (
      fields: Fields,
      location: string,
      type: Distribution['executionType'] | null,
    ) => Flow,
  ): { readonly processor: Flow; readonly distribution: Distribution | null } => {
    const { ProcessorConfig: given, ...flow } = part(fields, 'ItemProcessor', location) ?? {};
    const at = `${location}/ItemProcessor`;
    const configuration = isFields(given) ? given : {};
    const inside = `${at}/ProcessorConfig`;
    reader.allow(configuration, ['Mode', 'ExecutionType'], inside);
    const mode = oneOf(configuration, 'Mode', ['INLINE', 'DISTRIBUTED'], inside);
    if (mode === 'INLINE') {
      for (const field of distributedFields) {
        if (fields[field] === undefined) continue;
        reader.complain(`'${field}' belongs to the mode DISTRIBUTED`, `${location}/${field}`);
      }
      return { processor: parseFlow(flow, at, null), distribution: null };
    }
    if (configuration['ExecutionType'] === undefined) {
      reader.complain("The field 'ExecutionType' is missing", inside);
    }
    if (fields['ItemReader'] !== undefined && fields['Items'] !== undefined) {
      reader.complain("'Items' and 'ItemReader' exclude each other", location);
    }
    const executionType = oneOf(configuration, 'ExecutionType', ['STANDARD', 'EXPRESS'], inside);
    return {
      processor: parseFlow(flow, at, executionType),
      distribution: {
        executionType,
        label: labelOf(fields, name, location),
        reader: itemReader(fields, location),
        batcher: itemBatcher(fields, location),
        writer: resultWriter(fields, location),
      },
    };
  };
};
