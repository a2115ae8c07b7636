export default async () => undefined
for (;;);
