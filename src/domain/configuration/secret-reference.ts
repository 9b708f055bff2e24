/** Text that may hold `${env:NAME}` or `${file:PATH}`. */
export type SecretReference = string
