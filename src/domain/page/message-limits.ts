/** What a reader takes in at 3 a.m.; the rest is behind the link. */
export const mostLines = 10
export const mostBundledLines = 20
export const mostLinks = 7
export const mostResponsible = 10
export const longestLine = 300
export const longestText = 500
export const longestName = 200
